import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEndorsement,
  decodeEndorsementFile,
  ENDORSEMENT_COUNTS,
  ENDORSEMENT_PLACES,
  ENDORSEMENT_RECORD_LENGTH,
  ENDORSEMENT_TYPES,
  encodeEndorsement,
  encodeEndorsementFile,
  type PermitEndorsement,
} from '../../../devices/permit/endorsement-file.ts';
import { createChipEndorsementWriter } from '../../../devices/permit/endorsement-writer.ts';
import type { Personalisation } from '../../../native-mocks/permit/personalise.ts';
import { connectionTo, HOLDER, KEY, keyOf, readOptions, virtualPermit } from './virtual-card.ts';

const ENDORSEMENT: PermitEndorsement = {
  place: 'HKG',
  type: 'L',
  count: '3M1',
  validFrom: '2026-06-01',
  validUntil: '2026-08-31',
  used: 0,
  remarks: '',
  issuingAuthority: '231025',
  issuedOn: '2026-06-01',
  caseNumber: '20260601000001',
};

const date = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));
const printable = (maxLength: number, minLength = 0) =>
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((byte) => String.fromCharCode(byte)),
    minLength,
    maxLength,
  });
const endorsement: fc.Arbitrary<PermitEndorsement> = fc.record({
  place: fc.constantFrom(...ENDORSEMENT_PLACES),
  type: fc.constantFrom(...ENDORSEMENT_TYPES),
  count: fc.constantFrom(...ENDORSEMENT_COUNTS),
  validFrom: date,
  validUntil: date,
  used: fc.integer({ min: 0, max: 255 }),
  remarks: fc.string({ unit: fc.constantFrom(...'团签注备a1 -'), maxLength: 8 }),
  issuingAuthority: printable(12),
  issuedOn: date,
  caseNumber: printable(24, 1),
});

describe('the endorsement file', () => {
  it('comes back to what went in', () => {
    fc.assert(
      fc.property(fc.array(endorsement, { maxLength: 5 }), (list) => {
        const one = list.map((entry) => ({ ...entry, place: 'MAC' as const }));
        const file = encodeEndorsementFile(5, one);
        expect(file.length).toBe(8 + 5 * ENDORSEMENT_RECORD_LENGTH);
        const decoded = decodeEndorsementFile('MAC', file);
        expect(decoded.ok && decoded.value).toEqual(one);
      }),
    );
  });
  it.each([
    ['remarks', '一二三四五六七八九'],
    ['remarks', 'a\0b'],
    ['issuingAuthority', '1234567890123'],
    ['issuingAuthority', '林口'],
    ['caseNumber', ''],
    ['validFrom', '2026-02-30'],
    ['validUntil', 'tomorrow'],
    ['issuedOn', '2026-6-1'],
    ['used', 256],
    ['used', 0.5],
  ])('does not take %s = %j', (field, value) => {
    const record = encodeEndorsement({ ...ENDORSEMENT, [field]: value });
    expect(record.ok ? '' : record.error.message).toContain(field);
  });
  it('tells what is wrong with damaged bytes, or reads them as something else, but never throws', () => {
    const record = encodeEndorsement(ENDORSEMENT);
    if (!record.ok) throw new Error(record.error.message);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(record.value);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        const decoded = decodeEndorsement('HKG', damaged);
        expect(decoded.ok || decoded.error.message.length > 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(decodeEndorsement('HKG', record.value.subarray(1)).ok).toBe(false);
  });
});

describe('writing endorsements', () => {
  const within = { timeoutMs: 60_000, signal: new AbortController().signal };

  async function card(personalisation: Partial<Personalisation> = {}) {
    const permit = await virtualPermit(personalisation);
    const connection = connectionTo(permit);
    const { random } = await readOptions();
    const writer = createChipEndorsementWriter(random);
    const write = async (...list: PermitEndorsement[]) => {
      const result = await writer.write(connection, keyOf(permit), list, within);
      return result.ok ? result.value.map(({ outcome }) => outcome) : result.error.code;
    };
    const read = async (place: PermitEndorsement['place'] = 'HKG') => {
      const result = await writer.read(connection, keyOf(permit), place, within);
      return result.ok ? result.value : result.error.code;
    };
    const writes = () =>
      connection.exchanges.filter(({ command }) => command[0] === 0x0c && command[1] === 0xd6).length;
    return { permit, connection, writer, write, read, writes };
  }

  it.each([
    ['BAC', {}],
    ['PACE with AES-256', { pace: { cipher: 'aes256', parameterId: 12 } }],
    ['short commands', { extendedLength: null }],
  ] as const)('works with %s', async (_, personalisation) => {
    const { write, read, writes } = await card(personalisation);
    expect(await write(ENDORSEMENT, { ...ENDORSEMENT, place: 'MAC', type: 'G' })).toEqual([
      'written',
      'written',
    ]);
    expect(await read('HKG')).toEqual([ENDORSEMENT]);
    expect(await read('MAC')).toEqual([{ ...ENDORSEMENT, place: 'MAC', type: 'G' }]);
    expect(writes()).toBe(4);
  });
  it('is always protected', async () => {
    const { write, connection } = await card();
    await write(ENDORSEMENT);
    expect(connection.exchanges.some(({ command }) => command[0] === 0x00 && command[1] === 0xd6)).toBe(
      false,
    );
  });
  it('does nothing when the case is on the chip already', async () => {
    const { write, read, writes } = await card();
    await write(ENDORSEMENT);
    const before = writes();
    expect(await write(ENDORSEMENT)).toEqual(['present']);
    expect(writes()).toBe(before);
    expect(await read()).toEqual([ENDORSEMENT]);
  });
  it('refuses the same case number with other contents', async () => {
    const { write } = await card();
    await write(ENDORSEMENT);
    expect(await write({ ...ENDORSEMENT, type: 'G' })).toBe('verifyFailed');
  });
  it('adds behind those there are', async () => {
    const first = { ...ENDORSEMENT, caseNumber: 'FIRST' };
    const { write, read } = await card({ endorsements: [first] });
    await write(ENDORSEMENT);
    expect(await read()).toEqual([first, ENDORSEMENT]);
  });
  it('a full file: notEnoughSpace and nothing written', async () => {
    const { write, writes } = await card({ faults: [{ type: 'endorsementFileFull' }] });
    expect(await write(ENDORSEMENT)).toBe('notEnoughSpace');
    expect(writes()).toBe(0);
  });
  it('a chip that stores something else: verifyFailed', async () => {
    const { write } = await card({ faults: [{ type: 'writeCorrupts' }] });
    expect(await write(ENDORSEMENT)).toBe('verifyFailed');
  });
  it('a document without the files: fileNotFound', async () => {
    const { write } = await card({ document: 'CD', holder: { ...HOLDER, documentNumber: 'L00000001' } });
    expect(await write(ENDORSEMENT)).toBe('fileNotFound');
  });
  it('a field that does not fit: invalidData', async () => {
    const { write, writes } = await card();
    expect(await write({ ...ENDORSEMENT, caseNumber: 'x'.repeat(25) })).toBe('invalidData');
    expect(writes()).toBe(0);
  });
  it('another MRZ: authenticationFailed', async () => {
    const { writer, connection } = await card();
    const result = await writer.write(connection, { ...KEY, dateOfBirth: '850616' }, [ENDORSEMENT], within);
    expect(result.ok ? 'ok' : result.error.code).toBe('authenticationFailed');
  });
  it('pulled at any command: cardRemoved, and repeating it makes it whole', async () => {
    const whole = await card();
    await whole.write(ENDORSEMENT);
    for (let atApdu = 1; atApdu <= whole.connection.exchanges.length; atApdu++) {
      const { permit, write, read } = await card({ faults: [{ type: 'pulled', atApdu }] });
      expect(await write(ENDORSEMENT)).toBe('cardRemoved');
      permit.reset();
      expect(['written', 'present']).toContain((await write(ENDORSEMENT))[0]);
      expect(await read()).toEqual([ENDORSEMENT]);
    }
  });
  it('taken after the record and before it counts: the file is as it was', async () => {
    const { permit, write, read } = await card({ faults: [{ type: 'removedAfterWrite', writes: 1 }] });
    expect(await write(ENDORSEMENT)).toBe('cardRemoved');
    permit.reset();
    expect(await read()).toEqual([]);
    expect(await write(ENDORSEMENT)).toEqual(['written']);
  });
});
