/** axe-core on every screen in four languages and both themes, with the contrasts the screens promise. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../main/contract/message.ts';
import { accessibilityComplaints, bringAxe } from './accessibility-complaints.ts';
import { type OpenGallery, openGallery } from './gallery/open.ts';
import { plainPreferences, samples } from './gallery/screenfuls.ts';

let gallery: OpenGallery;
beforeAll(async () => {
  gallery = await openGallery();
  await gallery.page.setViewportSize({ width: 1080, height: 1920 });
  await bringAxe(gallery.page);
}, 120_000);
afterAll(() => gallery?.close());

for (const theme of [
  { name: 'default theme', highContrast: false, ratio: 7 },
  { name: 'high contrast', highContrast: true, ratio: 15 },
] as const) {
  describe(theme.name, () => {
    for (const language of languages) {
      it(`is clean in ${language}`, async () => {
        const complaints: string[] = [];
        for (const name of Object.keys(samples)) {
          await gallery.show(name, { ...plainPreferences, language, highContrast: theme.highContrast });
          const violations = await accessibilityComplaints(gallery.page, theme.ratio);
          complaints.push(...violations.map((violation) => `${name}: ${violation}`));
        }
        expect(complaints).toEqual([]);
      }, 120_000);
    }
  });
}
