/** Secure messaging of ICAO Doc 9303-11 §9.8: commands and responses encrypted and authenticated. */
import { fail, ok, type Result } from '../result.ts';
import { type CommandApdu, encodeCommand, type ResponseApdu } from './apdu.ts';
import {
  aesCbcDecrypt,
  aesCbcEncrypt,
  aesCmac,
  desEde2CbcDecrypt,
  desEde2CbcEncrypt,
  type MessageCipher,
  pad,
  retailMac,
  unpad,
} from './cipher.ts';
import { concatBytes, decodeTlvs, encodeTlv, findTlv } from './tlv.ts';

export interface SessionKeys {
  readonly cipher: MessageCipher;
  readonly encryption: Uint8Array;
  readonly mac: Uint8Array;
  /** Send sequence counter before the first command: 8 bytes for 3DES, 16 for AES. */
  readonly sendSequenceCounter: Uint8Array;
}

/**
 * `plainStatus`: the chip answered without protection, which ends the session; `sw` says why.
 * `badMac`: the answer was changed on the way or the keys differ. `malformed`: it is not what the standard says.
 */
export type SecureMessagingError =
  | { readonly code: 'plainStatus'; readonly sw: number }
  | { readonly code: 'badMac' }
  | { readonly code: 'malformed' };

export interface SecureMessaging {
  /** Protects a command and counts it; the answer must be given to `unwrap` before the next. */
  wrap(command: CommandApdu): Uint8Array;
  unwrap(response: Uint8Array): Result<ResponseApdu, SecureMessagingError>;
}

export function createSecureMessaging(keys: SessionKeys): SecureMessaging {
  const block = keys.cipher === 'desEde2' ? 8 : 16;
  const counter = Uint8Array.from(keys.sendSequenceCounter);
  if (counter.length !== block) throw new RangeError('the send sequence counter is not one block long');
  const suite =
    keys.cipher === 'desEde2'
      ? {
          encrypt: (data: Uint8Array) => desEde2CbcEncrypt(keys.encryption, data),
          decrypt: (data: Uint8Array) => desEde2CbcDecrypt(keys.encryption, data),
          mac: (data: Uint8Array) => retailMac(keys.mac, data),
        }
      : {
          encrypt: (data: Uint8Array) =>
            aesCbcEncrypt(keys.encryption, data, aesCbcEncrypt(keys.encryption, counter)),
          decrypt: (data: Uint8Array) =>
            aesCbcDecrypt(keys.encryption, data, aesCbcEncrypt(keys.encryption, counter)),
          mac: (data: Uint8Array) => aesCmac(keys.mac, data).subarray(0, 8),
        };

  return {
    wrap(command) {
      increment(counter);
      const header = Uint8Array.of(command.cla | 0x0c, command.ins, command.p1, command.p2);
      let protectedData: Uint8Array = NOTHING;
      if (command.data.length > 0) {
        const cryptogram = suite.encrypt(pad(command.data, block));
        // an odd instruction's data are data objects themselves: 85 carries them without a padding indicator
        protectedData =
          command.ins & 1 ? encodeTlv(0x85, cryptogram) : encodeTlv(0x87, PADDING_INDICATOR, cryptogram);
      }
      const { le } = command;
      const wantsExtended = le !== null && le > 256;
      const protectedLe =
        le === null
          ? NOTHING
          : encodeTlv(
              0x97,
              wantsExtended ? Uint8Array.of((le >> 8) & 0xff, le & 0xff) : Uint8Array.of(le & 0xff),
            );
      const mac = suite.mac(pad(concatBytes(counter, pad(header, block), protectedData, protectedLe), block));
      const data = concatBytes(protectedData, protectedLe, encodeTlv(0x8e, mac));
      const extended = wantsExtended || data.length > 255;
      return encodeCommand(
        {
          cla: command.cla | 0x0c,
          ins: command.ins,
          p1: command.p1,
          p2: command.p2,
          data,
          le: extended ? 65536 : 256,
        },
        extended,
      );
    },

    unwrap(response) {
      increment(counter);
      if (response.length < 2) return fail({ code: 'malformed' });
      const end = response.length - 2;
      if (end === 0) return fail({ code: 'plainStatus', sw: (response[0] ?? 0) * 256 + (response[1] ?? 0) });
      const objects = decodeTlvs(response.subarray(0, end));
      if (!objects.ok) return fail({ code: 'malformed' });
      const last = objects.value.at(-1);
      const status = findTlv(objects.value, 0x99);
      if (last?.tag !== 0x8e || last.value.length !== 8 || status?.length !== 2)
        return fail({ code: 'malformed' });
      const covered = response.subarray(0, end - 10);
      const mac = suite.mac(pad(concatBytes(counter, covered), block));
      if (!equalBytes(mac, last.value)) return fail({ code: 'badMac' });
      const sw = (status[0] ?? 0) * 256 + (status[1] ?? 0);
      const padded = findTlv(objects.value, 0x87);
      const cryptogram = padded
        ? padded[0] === 1
          ? padded.subarray(1)
          : null
        : findTlv(objects.value, 0x85);
      if (cryptogram === undefined) return ok({ data: NOTHING, sw });
      if (cryptogram === null || cryptogram.length === 0 || cryptogram.length % block !== 0) {
        return fail({ code: 'malformed' });
      }
      const data = unpad(suite.decrypt(cryptogram));
      return data ? ok({ data, sw }) : fail({ code: 'malformed' });
    },
  };
}

function increment(counter: Uint8Array): void {
  for (let i = counter.length - 1; i >= 0; i--) {
    counter[i] = ((counter[i] ?? 0) + 1) & 0xff;
    if (counter[i] !== 0) return;
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

const NOTHING = new Uint8Array(0);
const PADDING_INDICATOR = Uint8Array.of(1);
