/** Personal data as it may stand on a screen others can see: enough to recognise one's own, no more. */

const star = '*';

/** First and last character of a name, each other one a star: 王小明 → 王*明, 王明 → 王*. */
export function maskName(name: string): string {
  const characters = [...new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(name)].map(
    (each) => each.segment,
  );
  const [first] = characters;
  if (first === undefined) return '';
  if (characters.length === 1) return star;
  if (characters.length === 2) return first + star;
  return first + star.repeat(characters.length - 2) + characters[characters.length - 1];
}

/** First five characters and the last of a travel document's number: C00000001 → C0000****1. */
export function maskDocument(documentNumber: string): string {
  if (documentNumber.length < 8) return star.repeat(documentNumber.length);
  return `${documentNumber.slice(0, 5)}${star.repeat(4)}${documentNumber.slice(-1)}`;
}

/** First three and last four digits of a telephone number: 13800000012 → 138****0012. */
export function maskPhone(phone: string): string {
  if (phone.length < 8) return star.repeat(phone.length);
  return `${phone.slice(0, 3)}${star.repeat(4)}${phone.slice(-4)}`;
}

/** First three and last two characters of an identity number; birth date and order number are hidden. */
export function maskIdentityNumber(identityNumber: string): string {
  if (identityNumber.length < 15) return star.repeat(identityNumber.length);
  return identityNumber.slice(0, 3) + star.repeat(identityNumber.length - 5) + identityNumber.slice(-2);
}
