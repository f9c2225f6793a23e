/** axe-core on every screen in four languages and both themes, with the contrasts the screens promise. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../main/contract/message.ts';
import { type OpenGallery, openGallery } from './gallery/open.ts';
import { plainPreferences, samples } from './gallery/screenfuls.ts';

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

let gallery: OpenGallery;
beforeAll(async () => {
  gallery = await openGallery();
  await gallery.page.setViewportSize({ width: 1080, height: 1920 });
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await gallery.page.evaluate(source);
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
          const violations = await gallery.page.evaluate(async (ratio) => {
            const expected = { expected: ratio };
            window.axe.configure({
              checks: [
                {
                  id: 'color-contrast-enhanced',
                  options: { contrastRatio: { normal: expected, large: expected } },
                },
              ],
              rules: [{ id: 'color-contrast-enhanced', enabled: true }],
            });
            const results = await window.axe.run(document, { resultTypes: ['violations'] });
            return results.violations.flatMap((violation) =>
              violation.nodes.map(
                (node) => `${violation.id} ${node.target.join(' ')} ${node.failureSummary ?? ''}`,
              ),
            );
          }, theme.ratio);
          complaints.push(...violations.map((violation) => `${name}: ${violation}`));
        }
        expect(complaints).toEqual([]);
      }, 120_000);
    }
  });
}
