/**
 * Machine readable zones: the one line of 30 characters printed on the 往来港澳通行证 (CS) and 往来台湾通行证 (CD), the
 * 90 characters of the chip's DG1 for CS, CD, CR, CT and the old C<, and the passport's TD3 (ICAO Doc 9303-3, -4).
 * Check digits weigh 7-3-1. The permits put expiry before birth.
 */
import iconv from 'iconv-lite';
import { fail, ok, type Result } from '../result.ts';

export type MrzField =
  | 'line'
  | 'documentType'
  | 'documentNumber'
  | 'dateOfBirth'
  | 'dateOfExpiry'
  | 'composite'
  | 'optionalData'
  | 'sex'
  | 'name'
  | 'nameChinese'
  | 'placeOfBirth';

export interface MrzError {
  readonly field: MrzField;
  readonly problem: 'length' | 'characters' | 'checkDigit' | 'value';
  /** One sentence; never what was read. */
  readonly message: string;
}

/** What opens the chip. Dates are YYMMDD as printed. */
export interface MrzKey {
  readonly documentNumber: string;
  readonly dateOfBirth: string;
  readonly dateOfExpiry: string;
}

/** The line printed on a permit. */
export interface PermitLine extends MrzKey {
  readonly documentType: 'CS' | 'CD';
}

export type DocumentType = 'CS' | 'CD' | 'CR' | 'CT' | 'C<' | 'P';
export type Sex = 'M' | 'F' | 'X';

/** What DG1 says. Dates are YYMMDD; `null` and '' where the form has no such field. */
export interface MrzDocument extends MrzKey {
  readonly documentType: DocumentType;
  readonly nameChinese: string;
  readonly namePinyin: { readonly surname: string; readonly given: string };
  readonly sex: Sex;
  readonly placeOfBirth: string | null;
  /** Three letters; null in permits, which do not carry it. */
  readonly nationality: string | null;
}

export const PERMIT_LINE_LENGTH = 30;
/** 往来港澳通行证: C and 8 digits, then C, a letter without I and O, and 7 digits. */
export const PERMIT_NUMBER = /^C(?:\d{8}|[A-HJ-NP-Z]\d{7})$/;

/** The check digit of ICAO 9303-3 §4.9 over digits, A–Z and `<`. */
export function checkDigit(characters: string): string {
  let sum = 0;
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i);
    const value = code >= 48 && code <= 57 ? code - 48 : code >= 65 && code <= 90 ? code - 55 : 0;
    sum += value * (WEIGHTS[i % 3] ?? 0);
  }
  return String(sum % 10);
}

/** Number, birth and expiry each with its check digit: what BAC and PACE derive their keys from (9303-11 §4.3.2). */
export function mrzInformation(key: MrzKey): string {
  const number = key.documentNumber.padEnd(9, '<');
  return [number, key.dateOfBirth, key.dateOfExpiry].map((field) => field + checkDigit(field)).join('');
}

/** Checks a key typed by hand: permit number of the type's rule and real dates. */
export function checkMrzKey(key: MrzKey): Result<MrzKey, MrzError> {
  if (!PERMIT_NUMBER.test(key.documentNumber)) return mrzError('documentNumber', 'value');
  if (!isYymmdd(key.dateOfBirth)) return mrzError('dateOfBirth', 'value');
  if (!isYymmdd(key.dateOfExpiry)) return mrzError('dateOfExpiry', 'value');
  return ok(key);
}

/** Writes the printed line of 30 characters. */
export function formatPermitLine(line: PermitLine): string {
  const number = withCheckDigit(line.documentNumber.padEnd(9, '<'));
  const expiry = withCheckDigit(line.dateOfExpiry);
  const birth = withCheckDigit(line.dateOfBirth);
  return `${line.documentType}${number}<${expiry}<${birth}<${checkDigit(number + expiry + birth)}`;
}

/** Reads the printed line of 30 characters; every check digit is verified. */
export function parsePermitLine(text: string): Result<PermitLine, MrzError> {
  if (text.length !== PERMIT_LINE_LENGTH) return mrzError('line', 'length');
  if (!ALPHABET.test(text)) return mrzError('line', 'characters');
  const documentType = text.slice(0, 2);
  if (documentType !== 'CS' && documentType !== 'CD') return mrzError('documentType', 'value');
  const documentNumber = checked(text, 2, 11, 'documentNumber');
  if (!documentNumber.ok) return documentNumber;
  const dateOfExpiry = checked(text, 13, 19, 'dateOfExpiry');
  if (!dateOfExpiry.ok) return dateOfExpiry;
  const dateOfBirth = checked(text, 21, 27, 'dateOfBirth');
  if (!dateOfBirth.ok) return dateOfBirth;
  if (text[29] !== checkDigit(text.slice(2, 12) + text.slice(13, 20) + text.slice(21, 28))) {
    return mrzError('composite', 'checkDigit');
  }
  if (text[12] !== '<' || text[20] !== '<' || text[28] !== '<') return mrzError('line', 'characters');
  const number = stripFiller(documentNumber.value);
  if (!(documentType === 'CS' ? PERMIT_NUMBER : /^[A-Z]\d{8}$/).test(number)) {
    return mrzError('documentNumber', 'value');
  }
  if (!isYymmdd(dateOfExpiry.value)) return mrzError('dateOfExpiry', 'value');
  if (!isYymmdd(dateOfBirth.value)) return mrzError('dateOfBirth', 'value');
  return ok({
    documentType,
    documentNumber: number,
    dateOfBirth: dateOfBirth.value,
    dateOfExpiry: dateOfExpiry.value,
  });
}

/** Reads the MRZ of DG1: 90 characters of a permit or 88 of a passport (two lines of 44). */
export function parseMrz(text: string): Result<MrzDocument, MrzError> {
  if (!ALPHABET.test(text)) return mrzError('line', 'characters');
  if (text.length === 88) return parseTd3(text);
  if (text.length !== 90) return mrzError('line', 'length');
  switch (text.slice(0, 2)) {
    case 'CS':
    case 'CD':
      return parseMainlandPermit(text);
    case 'CR':
    case 'CT':
      return parseHomeReturnPermit(text);
    case 'C<':
      return parseOldHomeReturnPermit(text);
    default:
      return mrzError('documentType', 'value');
  }
}

/** Writes the 90 characters of a CS or CD permit's DG1. Errors name the field that does not fit. */
export function formatPermitMrz(
  document: PermitLine & Pick<MrzDocument, 'nameChinese' | 'namePinyin' | 'sex' | 'placeOfBirth'>,
): Result<string, MrzError> {
  const chinese = encodeChineseName(document.nameChinese);
  if (!chinese.ok) return chinese;
  const { surname, given } = document.namePinyin;
  const pinyin = `${surname}<<${given}`.replaceAll(' ', '<').slice(0, 18).padEnd(18, '<');
  if (!/^[A-Z<]{18}$/.test(pinyin)) return mrzError('name', 'characters');
  const place = (document.placeOfBirth ?? '').padEnd(3, '<');
  if (!/^[A-Z0-9<]{3}$/.test(place)) return mrzError('placeOfBirth', 'characters');
  const sex = document.sex === 'X' ? '<' : document.sex;
  return ok(
    `${formatPermitLine(document)}${chinese.value}${pinyin}${sex}${'<'.repeat(7)}${place}`.padEnd(90, '<'),
  );
}

/**
 * A two-digit year becomes a date: births lie in the past, expiries within 50 years of today either way.
 * `today` and the answer are YYYY-MM-DD; null when there is no such day.
 */
export function expandDate(yymmdd: string, kind: 'birth' | 'expiry', today: string): string | null {
  if (!/^\d{6}$/.test(yymmdd)) return null;
  const monthDay = `-${yymmdd.slice(2, 4)}-${yymmdd.slice(4)}`;
  const century = Math.floor(Number(today.slice(0, 4)) / 100);
  const candidates = [century + 1, century, century - 1]
    .map((c) => `${String(c).padStart(2, '0')}${yymmdd.slice(0, 2)}${monthDay}`)
    .filter((date) => isDay(date));
  if (kind === 'birth') return candidates.find((date) => date <= today) ?? null;
  const year = Number(today.slice(0, 4));
  return candidates.find((date) => Number(date.slice(0, 4)) < year + 50) ?? null;
}

/** Up to three characters as GBK, each half byte a letter A–P, filled to 12: 证 is NGKE. */
export function encodeChineseName(name: string): Result<string, MrzError> {
  let letters = '';
  for (const character of [...name].slice(0, 3)) {
    const bytes = iconv.encode(character, 'gbk');
    if (bytes.length !== 2) return mrzError('nameChinese', 'characters');
    for (const byte of bytes) letters += letter(byte >> 4) + letter(byte & 15);
  }
  return ok(letters.padEnd(12, '<'));
}

/** The other way. Some documents carry `<` where the letter O belongs, so one inside a character is read as O. */
export function decodeChineseName(letters: string): Result<string, MrzError> {
  const bytes: number[] = [];
  for (let at = 0; at + 4 <= letters.length; at += 4) {
    const group = letters.slice(at, at + 4);
    if (group === '<<<<') continue;
    const halves = Array.from(group.replaceAll('<', 'O'), (character) => character.charCodeAt(0) - 65);
    if (halves.some((half) => half < 0 || half > 15)) return mrzError('nameChinese', 'characters');
    const [a = 0, b = 0, c = 0, d = 0] = halves;
    bytes.push(a * 16 + b, c * 16 + d);
  }
  const name = iconv.decode(Buffer.from(bytes), 'gb18030');
  return /^[\p{L}\p{Co}·〇]*$/u.test(name) ? ok(name) : mrzError('nameChinese', 'characters');
}

function parseMainlandPermit(text: string): Result<MrzDocument, MrzError> {
  const line = parsePermitLine(text.slice(0, PERMIT_LINE_LENGTH));
  if (!line.ok) return line;
  const nameChinese = decodeChineseName(text.slice(30, 42));
  if (!nameChinese.ok) return nameChinese;
  const sex = parseSex(text[60]);
  if (sex === null) return mrzError('sex', 'value');
  return ok({
    ...line.value,
    nameChinese: nameChinese.value,
    namePinyin: parseName(text.slice(42, 60)),
    sex,
    placeOfBirth: stripFiller(text.slice(68, 71)) || null,
    nationality: null,
  });
}

/** 港澳居民来往内地通行证 (CR) and 台湾居民来往大陆通行证 (CT). */
function parseHomeReturnPermit(text: string): Result<MrzDocument, MrzError> {
  const documentNumber = checked(text, 2, 11, 'documentNumber');
  if (!documentNumber.ok) return documentNumber;
  const dateOfExpiry = checkedDate(text, 15, 'dateOfExpiry');
  if (!dateOfExpiry.ok) return dateOfExpiry;
  const dateOfBirth = checkedDate(text, 23, 'dateOfBirth');
  if (!dateOfBirth.ok) return dateOfBirth;
  const sex = parseSex(text[22]);
  if (sex === null) return mrzError('sex', 'value');
  return ok({
    documentType: text.startsWith('CR') ? 'CR' : 'CT',
    documentNumber: stripFiller(documentNumber.value),
    dateOfBirth: dateOfBirth.value,
    dateOfExpiry: dateOfExpiry.value,
    nameChinese: '',
    namePinyin: parseName(text.slice(60)),
    sex,
    placeOfBirth: null,
    nationality: null,
  });
}

/** The older 港澳居民来往内地通行证 (C<), whose number of up to 11 characters stands in the second line. */
function parseOldHomeReturnPermit(text: string): Result<MrzDocument, MrzError> {
  const dateOfBirth = checkedDate(text, 30, 'dateOfBirth');
  if (!dateOfBirth.ok) return dateOfBirth;
  const dateOfExpiry = checkedDate(text, 38, 'dateOfExpiry');
  if (!dateOfExpiry.ok) return dateOfExpiry;
  const documentNumber = checked(text, 45, 56, 'documentNumber');
  if (!documentNumber.ok) return documentNumber;
  const sex = parseSex(text[37]);
  if (sex === null) return mrzError('sex', 'value');
  return ok({
    documentType: 'C<',
    documentNumber: stripFiller(documentNumber.value),
    dateOfBirth: dateOfBirth.value,
    dateOfExpiry: dateOfExpiry.value,
    nameChinese: '',
    namePinyin: parseName(text.slice(60)),
    sex,
    placeOfBirth: null,
    nationality: null,
  });
}

/** Two lines of 44 (ICAO 9303-4 §4.2). */
function parseTd3(text: string): Result<MrzDocument, MrzError> {
  if (text[0] !== 'P') return mrzError('documentType', 'value');
  const line = text.slice(44);
  const documentNumber = checked(line, 0, 9, 'documentNumber');
  if (!documentNumber.ok) return documentNumber;
  const dateOfBirth = checkedDate(line, 13, 'dateOfBirth');
  if (!dateOfBirth.ok) return dateOfBirth;
  const dateOfExpiry = checkedDate(line, 21, 'dateOfExpiry');
  if (!dateOfExpiry.ok) return dateOfExpiry;
  const optional = line.slice(28, 42);
  const optionalCheck = line[42] ?? '';
  const empty = /^<*$/.test(optional) && optionalCheck === '<';
  if (!empty && optionalCheck !== checkDigit(optional)) return mrzError('optionalData', 'checkDigit');
  if (line[43] !== checkDigit(line.slice(0, 10) + line.slice(13, 20) + line.slice(21, 43))) {
    return mrzError('composite', 'checkDigit');
  }
  const sex = parseSex(line[20]);
  if (sex === null) return mrzError('sex', 'value');
  return ok({
    documentType: 'P',
    documentNumber: stripFiller(documentNumber.value),
    dateOfBirth: dateOfBirth.value,
    dateOfExpiry: dateOfExpiry.value,
    nameChinese: '',
    namePinyin: parseName(text.slice(5, 44)),
    sex,
    placeOfBirth: null,
    nationality: stripFiller(line.slice(10, 13)) || null,
  });
}

function checked(text: string, from: number, to: number, field: MrzField): Result<string, MrzError> {
  const value = text.slice(from, to);
  return text[to] === checkDigit(value) ? ok(value) : mrzError(field, 'checkDigit');
}

function checkedDate(
  text: string,
  from: number,
  field: 'dateOfBirth' | 'dateOfExpiry',
): Result<string, MrzError> {
  const value = checked(text, from, from + 6, field);
  if (!value.ok) return value;
  return isYymmdd(value.value) ? value : mrzError(field, 'value');
}

function parseName(text: string): { surname: string; given: string } {
  const [surname = '', given = ''] = text.replace(/<+$/, '').split('<<');
  return { surname: surname.replaceAll('<', ' ').trim(), given: given.replaceAll('<', ' ').trim() };
}

function parseSex(character: string | undefined): Sex | null {
  if (character === 'M' || character === 'F') return character;
  return character === '<' ? 'X' : null;
}

/** A day that exists in some century: 29 February passes. */
function isYymmdd(text: string): boolean {
  return /^\d{6}$/.test(text) && (isDay(`20${dashed(text)}`) || isDay(`19${dashed(text)}`));
}

function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === date;
}

function mrzError(field: MrzField, problem: MrzError['problem']): Result<never, MrzError> {
  return fail({ field, problem, message: `${field}: ${PROBLEM_TEXT[problem]}` });
}

const dashed = (yymmdd: string): string => `${yymmdd.slice(0, 2)}-${yymmdd.slice(2, 4)}-${yymmdd.slice(4)}`;
const withCheckDigit = (field: string): string => field + checkDigit(field);
const stripFiller = (field: string): string => field.replace(/<+$/, '');
const letter = (half: number): string => String.fromCharCode(65 + half);

const WEIGHTS = [7, 3, 1];
const ALPHABET = /^[A-Z0-9<]*$/;
const PROBLEM_TEXT: Readonly<Record<MrzError['problem'], string>> = {
  length: 'the wrong number of characters',
  characters: 'a character that does not belong here',
  checkDigit: 'the check digit does not agree',
  value: 'not a possible value',
};
