/** Every screen in every language, size and mode: nothing is cut off, overlaps, or is too small to touch. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../main/contract/message.ts';
import { type OpenGallery, openGallery } from './gallery/open.ts';
import { plainPreferences, samples } from './gallery/screenfuls.ts';
import { layoutComplaints } from './layout-complaints.ts';

let gallery: OpenGallery;
beforeAll(async () => {
  gallery = await openGallery();
}, 120_000);
afterAll(() => gallery?.close());

const sizes = [
  [1080, 1920],
  [1920, 1080],
  [1280, 1024],
] as const;

const modes = [
  { name: 'plain', largeText: false, lowReach: false },
  { name: 'large text', largeText: true, lowReach: false },
  { name: 'low reach', largeText: false, lowReach: true },
  { name: 'large text and low reach', largeText: true, lowReach: true },
] as const;

/** States a view gets into by itself. */
const pressed = [
  ['insertPermit', 'help'],
  ['choosePlacesOne', 'choose-places'],
  ['chooseEndorsementLong', 'choose-option'],
  ['checkAnswers', 'submit'],
  ['mrzEntry', 'submit-mrz'],
  ['pay', 'languages'],
] as const;

for (const [width, height] of sizes) {
  for (const { name: modeName, ...mode } of modes) {
    describe(`${width}×${height}, ${modeName}`, () => {
      for (const language of languages) {
        it(`stands in ${language}`, async () => {
          await gallery.page.setViewportSize({ width, height });
          const complaints: string[] = [];
          for (const name of Object.keys(samples)) {
            await gallery.show(name, { ...plainPreferences, ...mode, language });
            const found = await gallery.page.evaluate(layoutComplaints, mode.lowReach);
            complaints.push(...found.map((complaint) => `${name}: ${complaint}`));
          }
          for (const [name, action] of pressed) {
            await gallery.show(name, { ...plainPreferences, ...mode, language });
            await gallery.page.click(`[data-action="${action}"]`);
            await gallery.page.waitForFunction(() => !document.querySelector('[data-measuring]'));
            const found = await gallery.page.evaluate(layoutComplaints, mode.lowReach);
            complaints.push(...found.map((complaint) => `${name} after ${action}: ${complaint}`));
          }
          expect(complaints).toEqual([]);
        }, 120_000);
      }
    });
  }
}
