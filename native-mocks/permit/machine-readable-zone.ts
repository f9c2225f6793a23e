/**
 * The machine readable lines of the documents a virtual chip stands for: the single line of 30 characters printed on
 * the 往来港澳通行证, its 90-character form in DG1, and the two lines of a TD3 passport (ICAO Doc 9303-4).
 */
import iconv from 'iconv-lite';

export interface DocumentHolder {
  /** 9 characters, as `C00000001` or `CA0000001`. */
  readonly documentNumber: string;
  readonly nameChinese: string;
  /** Pinyin, upper case. */
  readonly surname: string;
  readonly given: string;
  readonly sex: 'M' | 'F';
  /** YYYY-MM-DD */
  readonly dateOfBirth: string;
  /** YYYY-MM-DD */
  readonly dateOfExpiry: string;
  /** Three letters. */
  readonly placeOfBirth: string;
}

/** Check digit of ICAO Doc 9303-3 §4.9: weights 7 3 1, letters from A = 10, filler = 0. */
export function checkDigit(text: string): string {
  let sum = 0;
  for (const [index, character] of [...text].entries()) {
    const value = character === '<' ? 0 : Number.parseInt(character, 36);
    sum += value * (index % 3 === 0 ? 7 : index % 3 === 1 ? 3 : 1);
  }
  return String(sum % 10);
}

/** Number, birth and expiry, each with its check digit: what BAC and PACE derive their keys from (9303-11 §9.7.2). */
export function mrzInformation(
  holder: Pick<DocumentHolder, 'documentNumber' | 'dateOfBirth' | 'dateOfExpiry'>,
): string {
  return [holder.documentNumber.padEnd(9, '<'), shortDate(holder.dateOfBirth), shortDate(holder.dateOfExpiry)]
    .map(withCheckDigit)
    .join('');
}

/** The 30 characters on the card: code, number, expiry, birth, composite check digit. */
export function printedPermitLine(code: 'CS' | 'CD', holder: DocumentHolder): string {
  const fields = [holder.documentNumber, shortDate(holder.dateOfExpiry), shortDate(holder.dateOfBirth)].map(
    withCheckDigit,
  );
  return `${code}${fields.join('<')}<${checkDigit(fields.join(''))}`;
}

/**
 * The 90 characters in DG1: the printed line, the Chinese name in 12 letters, Pinyin in 18, sex, five characters no
 * longer used, two flags, birth place in three, filler.
 */
export function permitDataGroupLine(code: 'CS' | 'CD', holder: DocumentHolder): string {
  const pinyin = `${holder.surname}<<${holder.given}`.toUpperCase().replace(/[^A-Z<]/g, '<');
  return [
    printedPermitLine(code, holder),
    chineseNameInLetters(holder.nameChinese),
    fill(pinyin, 18),
    holder.sex,
    '<<<<<',
    '<<',
    fill(holder.placeOfBirth.toUpperCase(), 3),
    '<'.repeat(19),
  ].join('');
}

/** The two lines of 44 of a Chinese ordinary passport, joined. */
export function passportLines(holder: DocumentHolder): string {
  const name = `${holder.surname}<<${holder.given}`.toUpperCase().replace(/[^A-Z<]/g, '<');
  const number = withCheckDigit(holder.documentNumber.padEnd(9, '<'));
  const birth = withCheckDigit(shortDate(holder.dateOfBirth));
  const expiry = withCheckDigit(shortDate(holder.dateOfExpiry));
  const optional = '<'.repeat(15); // empty, and so is its check digit
  const composite = checkDigit(number + birth + expiry + optional);
  return `${fill(`P<CHN${name}`, 44)}${number}CHN${birth}${holder.sex}${expiry}${optional}${composite}`;
}

/** Up to three characters, each as its GBK bytes with one letter A..P for each half byte: 证 is NGKE. */
function chineseNameInLetters(name: string): string {
  const letters = [...name].slice(0, 3).map((character) => {
    const bytes = iconv.encode(character, 'gbk');
    if (bytes.length !== 2) return '<<<<';
    return [...bytes]
      .flatMap((byte) => [byte >> 4, byte & 15].map((half) => String.fromCharCode(65 + half)))
      .join('');
  });
  return fill(letters.join(''), 12);
}

const withCheckDigit = (text: string): string => text + checkDigit(text);
const shortDate = (date: string): string => date.slice(2).replaceAll('-', '');
const fill = (text: string, length: number): string => text.slice(0, length).padEnd(length, '<');
