/** The typefaces for everything drawn for paper and card: Noto Sans, from TTF files that ship with the terminal. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { drawing } from './drawing.ts';

const files = {
  'Print Sans SC': 'noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  'Print Sans SC Bold': 'noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf',
  'Print Sans KR': 'noto-sans-kr/400Regular/NotoSansKR_400Regular.ttf',
  'Print Sans KR Bold': 'noto-sans-kr/700Bold/NotoSansKR_700Bold.ttf',
} as const;

/** For `context.font`: Chinese, Latin and Cyrillic from the SC face, Hangul from the KR one. */
export const printFont = (pixels: number, bold = false): string =>
  bold
    ? `${pixels}px "Print Sans SC Bold", "Print Sans KR Bold"`
    : `${pixels}px "Print Sans SC", "Print Sans KR"`;

/**
 * Registers the faces with the drawing library, once a process. They are read as bytes, because the library itself
 * cannot look into an application archive. `fontsDir` holds `noto-sans-sc` and `noto-sans-kr` in the layout of the
 * `@expo-google-fonts` packages. Throws when a file is missing or no font: the terminal is then not installed whole.
 */
export function loadPrintFonts(fontsDir: string): void {
  for (const [name, file] of Object.entries(files)) {
    if (drawing().GlobalFonts.has(name)) continue;
    const at = path.join(fontsDir, file);
    if (drawing().GlobalFonts.register(readFileSync(at), name) === null)
      throw new Error(`${at} is not a usable font`);
  }
}
