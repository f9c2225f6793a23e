/** Citizen identity numbers after GB 11643-1999: 6 digits division, 8 birth date, 3 order and sex, 1 check. */
import { isDate } from './dates.ts';

export type IdentityNumberProblem = 'form' | 'dateOfBirth' | 'checkDigit';

export interface IdentityNumber {
  /** GB/T 2260 code of the place of first registration. */
  readonly division: string;
  /** `YYYY-MM-DD` */
  readonly dateOfBirth: string;
  readonly sex: 'M' | 'F';
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** The check character (ISO 7064 MOD 11-2) of the first 17 digits. Throws on anything but 17 digits. */
export function identityNumberCheckDigit(first17: string): string {
  if (!/^\d{17}$/.test(first17)) throw new Error('the first 17 digits of an identity number are needed');
  const sum = weights.reduce((total, weight, index) => total + weight * Number(first17[index]), 0);
  return '10X98765432'.charAt(sum % 11);
}

/** Reads an 18-character identity number, or says what is wrong with it. A small `x` is taken as `X`. */
export function parseIdentityNumber(
  text: string,
):
  | { readonly ok: true; readonly value: IdentityNumber }
  | { readonly ok: false; readonly problem: IdentityNumberProblem } {
  const number = text.toUpperCase();
  if (!/^[1-9]\d{16}[\dX]$/.test(number)) return { ok: false, problem: 'form' };
  const dateOfBirth = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  if (!isDate(dateOfBirth)) return { ok: false, problem: 'dateOfBirth' };
  if (identityNumberCheckDigit(number.slice(0, 17)) !== number[17])
    return { ok: false, problem: 'checkDigit' };
  const sex = Number(number[16]) % 2 === 1 ? 'M' : 'F';
  return { ok: true, value: { division: number.slice(0, 6), dateOfBirth, sex } };
}
