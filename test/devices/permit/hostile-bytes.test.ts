/** Whatever a chip or a line sends, a parser answers with a value or a typed reason; it never throws and never hangs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCommand, decodeResponse } from '../../../devices/permit/apdu.ts';
import { decodeDg14 } from '../../../devices/permit/chip-authentication.ts';
import {
  ELLIPTIC_CURVES,
  ellipticPublicKey,
  plainSignature,
} from '../../../devices/permit/elliptic-curves.ts';
import { decodeEndorsement, decodeEndorsementFile } from '../../../devices/permit/endorsement-file.ts';
import { decodeReadLength, extendedLength } from '../../../devices/permit/extended-length.ts';
import { decodeDg2, decodeFacialRecord } from '../../../devices/permit/facial-record.ts';
import { decodeCom, decodeDg1 } from '../../../devices/permit/lds.ts';
import { decodeChineseName, parseMrz, parsePermitLine } from '../../../devices/permit/mrz.ts';
import { decodePaceInfos } from '../../../devices/permit/pace.ts';
import {
  decodeLdsSecurityObject,
  verifySecurityObject,
} from '../../../devices/permit/passive-authentication.ts';
import { readPermit } from '../../../devices/permit/read-permit.ts';
import { createSecureMessaging } from '../../../devices/permit/secure-messaging.ts';
import { concatBytes, decodeTlvs } from '../../../devices/permit/tlv.ts';
import { EMPTY_TRUST_STORE } from '../../../devices/permit/trust-store.ts';
import { ok } from '../../../devices/result.ts';
import { personalise } from '../../../native-mocks/permit/personalise.ts';
import { testCsca } from '../../../native-mocks/test-csca.ts';
import { HOLDER, jpegFace, KEY, NOW, readOptions } from './virtual-card.ts';

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const [anyCurve] = ELLIPTIC_CURVES;
if (!anyCurve) throw new Error('no curves');
const session = createSecureMessaging({
  cipher: 'aes128',
  encryption: new Uint8Array(16),
  mac: new Uint8Array(16),
  sendSequenceCounter: new Uint8Array(16),
});

const PARSERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  decodeTlvs,
  decodeCommand,
  decodeResponse,
  decodeCom,
  decodeDg1,
  decodeDg2,
  decodeFacialRecord,
  decodeDg14,
  decodePaceInfos,
  decodeLdsSecurityObject,
  decodeReadLength,
  extendedLength,
  ellipticPublicKey,
  decodeEndorsement: (bytes) => decodeEndorsement('HKG', bytes),
  decodeEndorsementFile: (bytes) => decodeEndorsementFile('MAC', bytes),
  plainSignature: (bytes) => plainSignature(anyCurve, bytes),
  parseMrz: (bytes) => parseMrz(latin(bytes)),
  parsePermitLine: (bytes) => parsePermitLine(latin(bytes)),
  decodeChineseName: (bytes) => decodeChineseName(latin(bytes)),
  unwrap: (bytes) => session.unwrap(bytes),
  verifySecurityObject: (bytes) => verifySecurityObject(bytes, new Map([[1, bytes]]), EMPTY_TRUST_STORE, NOW),
};

/** The same bytes on every run (xorshift32). */
function seeded(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x & 0xff;
  };
}

describe('hostile bytes', () => {
  it.each(Object.entries(PARSERS))('200 000 random bytes through %s', (_, parse) => {
    const next = seeded(20180712);
    for (let used = 0; used < 200_000; ) {
      const bytes = Uint8Array.from({ length: 1 + next() + (next() < 16 ? 600 : 0) }, next);
      used += bytes.length;
      expect(() => parse(bytes)).not.toThrow();
    }
  });

  it('real files with bytes changed, cut and doubled', async () => {
    const { signer } = await testCsca(NOW);
    const spec = personalise({
      holder: HOLDER,
      face: jpegFace(1_500).subarray(0, 1_500),
      endorsements: [],
      signer,
      now: NOW,
      activeAuthentication: 'ecdsa',
      chipAuthentication: 'aes128',
      pace: { cipher: 'aes128', parameterId: 12 },
      endorsementCapacity: 2,
    });
    const files = [...spec.masterFiles, ...spec.applicationFiles].map(({ content }) => content);
    const change = fc.record({
      file: fc.constantFrom(...files),
      cut: fc.double({ min: 0, max: 1, noNaN: true }),
      changes: fc.array(
        fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 0, max: 255 })),
        {
          maxLength: 6,
        },
      ),
    });
    fc.assert(
      fc.property(change, ({ file, cut, changes }) => {
        const bytes = Uint8Array.from(
          cut < 0.3 ? file.subarray(0, Math.floor((cut / 0.3) * file.length)) : file,
        );
        for (const [where, value] of changes) {
          if (bytes.length > 0) bytes[Math.floor(where * Math.min(bytes.length, 400))] = value;
        }
        for (const parse of Object.values(PARSERS)) expect(() => parse(bytes)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  it('a card that answers anything at all gives an error, not a crash', async () => {
    const answers = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(answers, fc.constantFrom('', '9000', '6282', '6100', '6cff'), async (list, sw) => {
        let turn = 0;
        const card = {
          atr: list[0] ?? new Uint8Array(0),
          removed: new AbortController().signal,
          release: async () => undefined,
          async transmit() {
            await new Promise((resolve) => setImmediate(resolve));
            const answer = list[turn++ % list.length] ?? new Uint8Array(0);
            return ok(concatBytes(answer, Buffer.from(sw, 'hex')));
          },
        };
        const result = await readPermit(card, KEY, await readOptions({ timeoutMs: 100 }));
        expect(result.ok ? 'ok' : result.error.device).toBe('cardReader');
      }),
      { numRuns: 150 },
    );
  });
});
