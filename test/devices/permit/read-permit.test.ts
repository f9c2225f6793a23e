/** Whole readings of virtual permits: every way in, every size of command, every fault a card can have. */
import { describe, expect, it } from 'vitest';
import { readPermit } from '../../../devices/permit/read-permit.ts';
import { EMPTY_TRUST_STORE, trusted } from '../../../devices/permit/trust-store.ts';
import { mrzInformation } from '../../../native-mocks/permit/machine-readable-zone.ts';
import { createVirtualPermit } from '../../../native-mocks/permit/permit-card.ts';
import { type Personalisation, personalise } from '../../../native-mocks/permit/personalise.ts';
import { createTestCsca, testCsca } from '../../../native-mocks/test-csca.ts';
import {
  connectionTo,
  HOLDER,
  jpegFace,
  KEY,
  keyOf,
  NOW,
  readOptions,
  virtualPermit,
} from './virtual-card.ts';

async function read(
  personalisation: Partial<Personalisation>,
  options: Parameters<typeof readOptions>[0] = {},
) {
  const permit = await virtualPermit(personalisation);
  const connection = connectionTo(permit);
  const result = await readPermit(connection, keyOf(permit), await readOptions(options));
  return { result, connection, commands: connection.exchanges.map(({ command }) => command) };
}

async function permitOf(
  personalisation: Partial<Personalisation>,
  options: Parameters<typeof readOptions>[0] = {},
) {
  const { result, ...rest } = await read(personalisation, options);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return { permit: result.value, ...rest };
}

async function errorOf(
  personalisation: Partial<Personalisation>,
  options: Parameters<typeof readOptions>[0] = {},
) {
  const { result } = await read(personalisation, options);
  return result.ok ? 'ok' : result.error.code;
}

describe('a permit', () => {
  it('is read whole', async () => {
    const face = jpegFace();
    const endorsement = {
      place: 'MAC',
      type: 'G',
      count: '1Y2',
      validFrom: '2026-01-02',
      validUntil: '2027-01-01',
      used: 1,
      remarks: '备注',
      issuingAuthority: '231025',
      issuedOn: '2026-01-02',
      caseNumber: '20260102000001',
    } as const;
    const { permit } = await permitOf({ face, endorsements: [endorsement] });
    const { face: read, ...rest } = permit;
    expect(rest).toEqual({
      documentType: 'CS',
      documentNumber: HOLDER.documentNumber,
      nameChinese: HOLDER.nameChinese,
      namePinyin: { surname: HOLDER.surname, given: HOLDER.given },
      sex: HOLDER.sex,
      dateOfBirth: HOLDER.dateOfBirth,
      dateOfExpiry: HOLDER.dateOfExpiry,
      placeOfBirth: HOLDER.placeOfBirth,
      accessProtocol: 'BAC',
      authenticity: {
        verdict: 'genuine',
        passive: { status: 'genuine', reason: null },
        active: 'absent',
        chip: 'absent',
      },
      endorsements: [endorsement],
    });
    expect(read?.mediaType).toBe('image/jpeg');
    expect(Buffer.compare(read?.bytes ?? new Uint8Array(0), face)).toBe(0);
  });

  it('tells how far it is, never falling, to the end', async () => {
    const fractions: number[] = [];
    await permitOf({ extendedLength: null }, { onProgress: (fraction) => fractions.push(fraction) });
    expect(fractions.length).toBeGreaterThan(50);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it.each([
    ['PACE with AES-128 on P-256', { pace: { cipher: 'aes128', parameterId: 12 } }],
    ['PACE with AES-192 on P-384', { pace: { cipher: 'aes192', parameterId: 15 } }],
    ['PACE with AES-256 on brainpoolP256r1', { pace: { cipher: 'aes256', parameterId: 13 } }],
    ['PACE with 3DES on P-256', { pace: { cipher: 'desEde2', parameterId: 12 } }],
    ['PACE without BAC', { pace: { cipher: 'aes128', parameterId: 12 }, basicAccess: false }],
  ] as const)('opens by %s', async (_, personalisation) => {
    const { permit } = await permitOf(personalisation);
    expect(permit.accessProtocol).toBe('PACE');
    expect(permit.authenticity.verdict).toBe('genuine');
  });

  it.each([
    ['ECDSA', { activeAuthentication: 'ecdsa' }, 'genuine', 'absent'],
    ['RSA', { activeAuthentication: 'rsa' }, 'genuine', 'absent'],
    ['RSA in short commands', { activeAuthentication: 'rsa', extendedLength: null }, 'genuine', 'absent'],
    ['3DES', { chipAuthentication: 'desEde2' }, 'absent', 'genuine'],
    ['AES-256', { chipAuthentication: 'aes256' }, 'absent', 'genuine'],
    [
      'both',
      {
        chipAuthentication: 'aes128',
        activeAuthentication: 'ecdsa',
        pace: { cipher: 'aes256', parameterId: 12 },
      },
      'genuine',
      'genuine',
    ],
  ] as const)('proves its chip with %s', async (_, personalisation, active, chip) => {
    const { permit } = await permitOf(personalisation);
    expect(permit.authenticity).toMatchObject({ verdict: 'genuine', active, chip });
  });

  it('of two passport lines is read too', async () => {
    const permit = await virtualPermit({
      document: 'passport',
      holder: { ...HOLDER, documentNumber: 'E00000001' },
    });
    const key = { ...KEY, documentNumber: 'E00000001' };
    const result = await readPermit(connectionTo(permit), key, await readOptions());
    expect(
      result.ok && [result.value.documentType, result.value.documentNumber, result.value.endorsements],
    ).toEqual(['P', 'E00000001', []]);
  });

  it('that has expired says so and is no error', async () => {
    const { permit } = await permitOf({ faults: [{ type: 'expired' }] });
    expect(permit.dateOfExpiry).toBe('2026-05-02');
  });

  it('without a face has none', async () => {
    const { permit } = await permitOf({ faults: [{ type: 'noDg2' }] });
    expect(permit.face).toBeNull();
    expect(permit.authenticity.verdict).toBe('genuine');
  });
});

describe('how much is asked for at once', () => {
  const reads = (commands: readonly Uint8Array[]) =>
    commands.filter((command) => command[0] === 0x0c && (command[1] === 0xb0 || command[1] === 0xb1)).length;

  it('extended commands where the chip announces them', async () => {
    const { commands } = await permitOf({});
    expect(commands.some((command) => command.length > 7 && command[4] === 0)).toBe(true);
    const generous = await permitOf({ extendedLength: { maxCommand: 65535, maxResponse: 65535 } });
    expect(reads(generous.commands)).toBeLessThan(reads(commands));
  });
  it('short commands of 223 bytes else', async () => {
    const { commands } = await permitOf({ extendedLength: null });
    expect(commands.every((command) => command.length <= 261)).toBe(true);
    const dg2 = Math.ceil((jpegFace().length + 100) / 223);
    expect(reads(commands)).toBeLessThan(dg2 + 20);
  });
  it('160 bytes when the chip refuses more', async () => {
    const { permit, commands } = await permitOf({
      extendedLength: null,
      readLimit: { bytes: 0xa0, beyond: 'refuse' },
    });
    expect(permit.authenticity.verdict).toBe('genuine');
    // it is refused once and never asked again
    expect(reads(commands)).toBeLessThan(Math.ceil((jpegFace().length + 100) / 160) + 25);
  });
  it('falls from extended to 160 bytes', async () => {
    const { permit } = await permitOf({ readLimit: { bytes: 0xa0, beyond: 'refuse' } });
    expect(permit.authenticity.verdict).toBe('genuine');
  });
  it('takes less than it asked for', async () => {
    const { permit } = await permitOf({ readLimit: { bytes: 100, beyond: 'truncate' }, endOfFile: 'silent' });
    expect(permit.authenticity.verdict).toBe('genuine');
  });
  it('reads a face beyond offset 7FFF', async () => {
    const { permit, commands } = await permitOf({ face: jpegFace(80_000), extendedLength: null });
    expect(permit.face?.bytes.length).toBe(jpegFace(80_000).length);
    expect(permit.authenticity.verdict).toBe('genuine');
    expect(commands.some((command) => command[1] === 0xb1)).toBe(true);
  });
});

describe('a card that is not what it should be', () => {
  it('changed DG1: forged, and read to the end', async () => {
    const { permit } = await permitOf({ faults: [{ type: 'tamperedDg1' }] });
    expect(permit.authenticity).toMatchObject({
      verdict: 'forged',
      passive: { status: 'forged', reason: 'hashMismatch' },
    });
  });
  it('signed by nobody this terminal trusts: unverified', async () => {
    const stranger = await createTestCsca(NOW);
    for (const trust of [
      EMPTY_TRUST_STORE,
      { certificates: [trusted(stranger.certificate)], rejected: [] },
    ]) {
      const { permit } = await permitOf({}, { trust });
      expect(permit.authenticity.passive).toEqual({ status: 'unverified', reason: 'noTrustAnchor' });
    }
  });
  it('another MRZ: authenticationFailed, by BAC and by PACE', async () => {
    for (const pace of [null, { cipher: 'aes128', parameterId: 12 }] as const) {
      const permit = await virtualPermit({ pace });
      const key = { ...keyOf(permit), dateOfBirth: '850616' };
      const connection = connectionTo(permit);
      const wrong = await readPermit(connection, key, await readOptions());
      expect(wrong.ok ? 'ok' : wrong.error.code).toBe('authenticationFailed');
      const right = await readPermit(connection, keyOf(permit), await readOptions());
      expect(right.ok).toBe(true);
    }
  });
  it('a wrong MAC in any answer: secureMessagingFailed', async () => {
    for (const inResponse of [1, 3, 10]) {
      expect(await errorOf({ faults: [{ type: 'wrongMac', inResponse }] })).toBe('secureMessagingFailed');
    }
  });
  it('pulled at any command: cardRemoved', async () => {
    const { commands } = await permitOf({ activeAuthentication: 'ecdsa', chipAuthentication: 'aes128' });
    for (let atApdu = 1; atApdu <= commands.length; atApdu++) {
      const personalisation = { activeAuthentication: 'ecdsa', chipAuthentication: 'aes128' } as const;
      expect(await errorOf({ ...personalisation, faults: [{ type: 'pulled', atApdu }] })).toBe('cardRemoved');
    }
  });
  it('no permit at all: invalidMedia', async () => {
    const other = {
      atr: Uint8Array.of(0x3b, 0x80, 0x80, 0x01, 0x01),
      removed: new AbortController().signal,
      transmit: async () => ({ ok: true, value: Uint8Array.of(0x6a, 0x82) }) as const,
      release: async () => undefined,
    };
    const result = await readPermit(other, KEY, await readOptions());
    expect(result.ok ? 'ok' : result.error.code).toBe('invalidMedia');
  });
  it('a chip that holds another number than the card shows: fraudAttempt', async () => {
    const permit = await virtualPermit({});
    const shown = { ...HOLDER, documentNumber: 'C00000001' };
    const { signer } = await testCsca(NOW);
    const spec = personalise({ holder: HOLDER, face: jpegFace(), endorsements: [], signer, now: NOW });
    const forged = createVirtualPermit({ ...spec, mrzInformation: mrzInformation(shown) });
    const key = { ...keyOf(permit), documentNumber: shown.documentNumber };
    const result = await readPermit(connectionTo(forged), key, await readOptions());
    expect(result.ok ? 'ok' : result.error.code).toBe('fraudAttempt');
  });
});

describe('time and cancelling', () => {
  it('a slow card: timeOut', async () => {
    expect(await errorOf({ faults: [{ type: 'slow', msPerApdu: 20 }] }, { timeoutMs: 60 })).toBe('timeOut');
  });
  it('cancelled on the way: canceled', async () => {
    const cancel = new AbortController();
    const code = await errorOf({}, { signal: cancel.signal, onProgress: () => cancel.abort() });
    expect(code).toBe('canceled');
  });
});
