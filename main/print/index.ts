/** Everything the terminal prints, with texts and fonts from the installation's folders. */
import { loadPrintFonts } from '../../devices/print-fonts.ts';
import { drawCardBack } from './card-back.ts';
import type { PrintedMatter } from './printed-matter.ts';
import { endorsementSlip } from './slips.ts';
import { loadTexts } from './texts.ts';

export interface PrintedMatterOptions {
  /** Holds `locales`. */
  readonly assetsDir: string;
  /** Holds `noto-sans-sc` and `noto-sans-kr` as the `@expo-google-fonts` packages lay them out. */
  readonly fontsDir: string;
}

/** Loads texts and fonts; throws when the installation lacks one. */
export function createPrintedMatter({ assetsDir, fontsDir }: PrintedMatterOptions): PrintedMatter {
  loadPrintFonts(fontsDir);
  const texts = loadTexts(assetsDir);
  return {
    endorsementSlip: (slip, language) => endorsementSlip(texts, slip, language),
    cardBack: async (endorsements, documentNumber) => drawCardBack(texts, endorsements, documentNumber),
  };
}
