import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkDigit,
  checkMrzKey,
  decodeChineseName,
  encodeChineseName,
  expandDate,
  formatPermitLine,
  formatPermitMrz,
  type MrzError,
  PERMIT_NUMBER,
  parseMrz,
  parsePermitLine,
} from '../../../devices/permit/mrz.ts';
import type { Result } from '../../../devices/result.ts';

const problem = (result: Result<unknown, MrzError>): string =>
  result.ok ? 'ok' : `${result.error.field} ${result.error.problem}`;

const permitNumber = fc.oneof(fc.stringMatching(/^C\d{8}$/), fc.stringMatching(/^C[A-HJ-NP-Z]\d{7}$/));
const day = fc
  .date({ min: new Date('1960-01-01T00:00:00Z'), max: new Date('2055-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(2, 10).replaceAll('-', ''));
const line = fc.record({
  documentType: fc.constant('CS' as const),
  documentNumber: permitNumber,
  dateOfBirth: day,
  dateOfExpiry: day,
});

describe('the printed line', () => {
  it.each([
    'CSC000000015<2807111<9001011<0',
    'CSCA00000015<2906302<8506151<4',
    'CDL000000018<2807111<9001011<4',
  ])('%s is read and written back', (text) => {
    const parsed = parsePermitLine(text);
    if (!parsed.ok) throw new Error(parsed.error.message);
    expect(formatPermitLine(parsed.value)).toBe(text);
  });
  it('puts expiry before birth', () => {
    const parsed = parsePermitLine('CSCA00000015<2906302<8506151<4');
    expect(parsed.ok && parsed.value).toEqual({
      documentType: 'CS',
      documentNumber: 'CA0000001',
      dateOfBirth: '850615',
      dateOfExpiry: '290630',
    });
  });
  it('comes back to what went in', () => {
    fc.assert(
      fc.property(line, (value) => {
        const parsed = parsePermitLine(formatPermitLine(value));
        expect(parsed.ok && parsed.value).toEqual(value);
      }),
    );
  });
  it('notices every digit read as another', () => {
    fc.assert(
      fc.property(
        line,
        fc.integer({ min: 2, max: 29 }),
        fc.integer({ min: 1, max: 9 }),
        (value, at, step) => {
          const text = formatPermitLine(value);
          const character = text[at] ?? '';
          fc.pre(/\d/.test(character));
          const misread = text.slice(0, at) + ((Number(character) + step) % 10) + text.slice(at + 1);
          // 7-3-1 notices every single wrong digit, since 7, 3 and 1 share no factor with 10
          expect(parsePermitLine(misread).ok).toBe(false);
        },
      ),
    );
  });
  it.each([
    ['', 'line length'],
    ['CSC000000015<2807111<9001011<', 'line length'],
    ['CSC00000001 <2807111<9001011<0', 'line characters'],
    ['CSc000000015<2807111<9001011<0', 'line characters'],
    ['PXC000000015<2807111<9001011<0', 'documentType value'],
    ['CSC000000016<2807111<9001011<0', 'documentNumber checkDigit'],
    ['CSC000000015<2807112<9001011<0', 'dateOfExpiry checkDigit'],
    ['CSC000000015<2807111<9001012<0', 'dateOfBirth checkDigit'],
    ['CSC000000015<2807111<9001011<1', 'composite checkDigit'],
    ['CSC000000015A2807111<9001011<0', 'line characters'],
  ])('%s: %s', (text, expected) => {
    expect(problem(parsePermitLine(text))).toBe(expected);
  });
  it('refuses numbers no permit has and days no calendar has', () => {
    const written = (change: Partial<Parameters<typeof formatPermitLine>[0]>): string =>
      problem(
        parsePermitLine(
          formatPermitLine({
            documentType: 'CS',
            documentNumber: 'C00000001',
            dateOfBirth: '900101',
            dateOfExpiry: '280711',
            ...change,
          }),
        ),
      );
    expect(written({ documentNumber: 'CI0000001' })).toBe('documentNumber value');
    expect(written({ dateOfBirth: '900230' })).toBe('dateOfBirth value');
    expect(written({ dateOfExpiry: '281301' })).toBe('dateOfExpiry value');
    expect(written({ dateOfBirth: '000229' })).toBe('ok');
  });
  it('knows the numbers of permits', () => {
    expect(['C12345678', 'CA0000001', 'CZ9999999'].every((number) => PERMIT_NUMBER.test(number))).toBe(true);
    expect(
      ['CI0000001', 'CO0000001', 'C1234567', 'E12345678', 'CA000000A', 'xC12345678'].some((n) =>
        PERMIT_NUMBER.test(n),
      ),
    ).toBe(false);
  });
  it('checks a typed key', () => {
    const key = { documentNumber: 'C12345678', dateOfBirth: '900101', dateOfExpiry: '280711' };
    expect(problem(checkMrzKey(key))).toBe('ok');
    expect(problem(checkMrzKey({ ...key, documentNumber: 'C1' }))).toBe('documentNumber value');
    expect(problem(checkMrzKey({ ...key, dateOfBirth: '9' }))).toBe('dateOfBirth value');
    expect(problem(checkMrzKey({ ...key, dateOfExpiry: '991399' }))).toBe('dateOfExpiry value');
  });
});

describe('the Chinese name', () => {
  it('证 is NGKE', () => {
    const letters = encodeChineseName('证');
    expect(letters.ok && letters.value).toBe('NGKE<<<<<<<<');
    const name = decodeChineseName('NGKE<<<<<<<<');
    expect(name.ok && name.value).toBe('证');
  });
  it('comes back to what went in, up to three characters', () => {
    const common = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨欧阳司马诸葛试验样例甲乙丙丁';
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...common), { minLength: 1, maxLength: 3 }), (characters) => {
        const letters = encodeChineseName(characters.join(''));
        if (!letters.ok) throw new Error(letters.error.message);
        const name = decodeChineseName(letters.value);
        expect(name.ok && name.value).toBe(characters.join(''));
      }),
    );
  });
  it('reads < inside a character as the O it stands for', () => {
    const letters = encodeChineseName('李');
    if (!letters.ok) throw new Error(letters.error.message);
    expect(letters.value).toContain('O');
    const name = decodeChineseName(letters.value.slice(0, 4).replaceAll('O', '<').padEnd(12, '<'));
    expect(name.ok && name.value).toBe('李');
  });
  it('refuses what is no name', () => {
    expect(problem(decodeChineseName('ZZZZ<<<<<<<<'))).toBe('nameChinese characters');
    expect(problem(decodeChineseName('AAAA<<<<<<<<'))).toBe('nameChinese characters');
    expect(problem(encodeChineseName('😀'))).toBe('nameChinese characters');
  });
});

describe('DG1', () => {
  it('of a permit comes back to what went in', () => {
    const name = fc.stringMatching(/^[A-Z]{1,8}$/);
    fc.assert(
      fc.property(
        line,
        name,
        name,
        fc.constantFrom('M' as const, 'F' as const),
        (value, surname, given, sex) => {
          const document = {
            ...value,
            nameChinese: '样例',
            namePinyin: { surname, given },
            sex,
            placeOfBirth: 'HLJ',
          };
          const text = formatPermitMrz(document);
          if (!text.ok) throw new Error(text.error.message);
          expect(text.value).toHaveLength(90);
          const parsed = parseMrz(text.value);
          expect(parsed.ok && parsed.value).toEqual({ ...document, nationality: null });
        },
      ),
    );
  });
  it('of a home return permit', () => {
    const number = 'H12345678';
    const text =
      `CR${number}${checkDigit(number)}<<<290630${checkDigit('290630')}F850615${checkDigit('850615')}`.padEnd(
        60,
        '<',
      );
    const parsed = parseMrz(`${text}CHAN<<TAI<MAN`.padEnd(90, '<'));
    expect(
      parsed.ok && [parsed.value.documentType, parsed.value.documentNumber, parsed.value.namePinyin],
    ).toEqual(['CR', number, { surname: 'CHAN', given: 'TAI MAN' }]);
  });
  it('of an old home return permit', () => {
    const number = 'H1234567801';
    const second =
      `850615${checkDigit('850615')}M290630${checkDigit('290630')}${number}${checkDigit(number)}`.padEnd(
        30,
        '<',
      );
    const parsed = parseMrz(`${'C<'.padEnd(30, '<')}${second}${'CHAN<<TAI'.padEnd(30, '<')}`);
    expect(parsed.ok && [parsed.value.documentType, parsed.value.documentNumber, parsed.value.sex]).toEqual([
      'C<',
      number,
      'M',
    ]);
  });
  it('of a passport', () => {
    const first = 'P<CHNLYU<<QIANG'.padEnd(44, '<');
    const parsed = parseMrz(`${first}E000000019CHN9001011M2807111<<<<<<<<<<<<<<<8`);
    expect(parsed.ok && parsed.value).toMatchObject({
      documentType: 'P',
      documentNumber: 'E00000001',
      nationality: 'CHN',
      namePinyin: { surname: 'LYU', given: 'QIANG' },
    });
    expect(problem(parseMrz(`${first}E000000019CHN9001011M2807111<<<<<<<<<<<<<<<9`))).toBe(
      'composite checkDigit',
    );
    expect(problem(parseMrz(`${first}E000000018CHN9001011M2807111<<<<<<<<<<<<<<<8`))).toBe(
      'documentNumber checkDigit',
    );
  });
  it('names the field that is wrong', () => {
    const good = formatPermitMrz({
      documentType: 'CS',
      documentNumber: 'C00000001',
      dateOfBirth: '900101',
      dateOfExpiry: '280711',
      nameChinese: '样例',
      namePinyin: { surname: 'YANG', given: 'LI' },
      sex: 'M',
      placeOfBirth: null,
    });
    if (!good.ok) throw new Error(good.error.message);
    expect(problem(parseMrz(`${good.value.slice(0, 60)}Z${good.value.slice(61)}`))).toBe('sex value');
    expect(problem(parseMrz(`ZZ${good.value.slice(2)}`))).toBe('documentType value');
    expect(problem(parseMrz(good.value.slice(1)))).toBe('line length');
  });
});

describe('two-digit years', () => {
  it.each([
    ['850615', 'birth', '1985-06-15'],
    ['260601', 'birth', '2026-06-01'],
    ['260602', 'birth', '1926-06-02'],
    ['290630', 'expiry', '2029-06-30'],
    ['991231', 'expiry', '1999-12-31'],
    ['760101', 'expiry', '1976-01-01'],
    ['750101', 'expiry', '2075-01-01'],
    ['000229', 'birth', '2000-02-29'],
    ['230229', 'birth', null],
    ['abc', 'birth', null],
  ] as const)('%s as %s is %s on 2026-06-01', (text, kind, expected) => {
    expect(expandDate(text, kind, '2026-06-01')).toBe(expected);
  });
  it('a birth is never in the future and never over a century ago', () => {
    fc.assert(
      fc.property(day, (text) => {
        const date = expandDate(text, 'birth', '2026-06-01');
        if (date === null) return;
        expect(date <= '2026-06-01').toBe(true);
        expect(date > '1926-06-01' || text.endsWith('0229')).toBe(true);
      }),
    );
  });
});
