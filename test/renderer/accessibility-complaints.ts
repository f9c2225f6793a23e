/** What axe-core finds wrong with a screen. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}

/** Brings axe-core into a page, past its content security policy; once for each load of the page. */
export async function bringAxe(page: Page): Promise<void> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
}

/**
 * All rules of axe-core, WCAG 2.2 AA and best practice, and one contrast for all text.
 *
 * @param ratio least contrast, as 7 for 7:1
 * @returns rule, selector and reason of each violation
 */
export function accessibilityComplaints(page: Page, ratio: number): Promise<string[]> {
  return page.evaluate(async (least) => {
    const expected = { expected: least };
    window.axe.configure({
      checks: [
        { id: 'color-contrast-enhanced', options: { contrastRatio: { normal: expected, large: expected } } },
      ],
      rules: [
        { id: 'color-contrast-enhanced', enabled: true },
        // Part of WCAG 2.2 AA, and off unless it is asked for.
        { id: 'target-size', enabled: true },
      ],
    });
    const results = await window.axe.run(document, { resultTypes: ['violations'] });
    return results.violations.flatMap((violation) =>
      violation.nodes.map((node) => `${violation.id} ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    );
  }, ratio);
}
