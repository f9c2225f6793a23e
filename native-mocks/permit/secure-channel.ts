/** The chip's end of secure messaging (ICAO Doc 9303-11 §9.8): opens protected commands, protects responses. */
import { createCipheriv, timingSafeEqual } from 'node:crypto';
import type { CommandApdu, ResponseApdu } from '../../devices/permit/apdu.ts';
import { encodeResponse, SW } from '../../devices/permit/apdu.ts';
import {
  aesCbcDecrypt,
  aesCbcEncrypt,
  aesCmac,
  deriveKey,
  desEde2CbcDecrypt,
  desEde2CbcEncrypt,
  KEY_FOR,
  type MessageCipher,
  pad,
  retailMac,
  unpad,
} from '../../devices/permit/cipher.ts';
import { concatBytes, decodeTlvs, encodeTlv, findTlv } from '../../devices/permit/tlv.ts';

export interface SecureChannel {
  /** Verifies and decrypts; `sw` 6987 (object missing) or 6988 (object wrong) ends the channel. */
  open(command: CommandApdu): { readonly command: CommandApdu } | { readonly sw: number };
  /** Encrypts and authenticates. `corruptMac` spoils the MAC the way a disturbed field does. */
  protect(response: ResponseApdu, odd: boolean, corruptMac: boolean): Uint8Array;
  /** Most data bytes whose protected form fits into a response of `limit` bytes, status word not counted. */
  capacity(limit: number): number;
}

/** Session keys from the secret both sides share; the counter starts as BAC or PACE left it. */
export function createSecureChannel(
  cipher: MessageCipher,
  secret: Uint8Array,
  sequenceCounter?: Uint8Array,
): SecureChannel {
  const encryptionKey = deriveKey(secret, KEY_FOR.encryption, cipher);
  const macKey = deriveKey(secret, KEY_FOR.mac, cipher);
  const block = cipher === 'desEde2' ? 8 : 16;
  const counter = Uint8Array.from(sequenceCounter ?? new Uint8Array(block));

  const advance = (): void => {
    for (let i = counter.length - 1; i >= 0; i--) {
      const next = ((counter[i] ?? 0) + 1) & 0xff;
      counter[i] = next;
      if (next !== 0) return;
    }
  };

  const initialVector = (): Uint8Array => {
    const aes = createCipheriv(`aes-${encryptionKey.length * 8}-ecb`, encryptionKey, null).setAutoPadding(
      false,
    );
    return aes.update(counter);
  };

  const encrypt = (data: Uint8Array): Uint8Array =>
    cipher === 'desEde2'
      ? desEde2CbcEncrypt(encryptionKey, data)
      : aesCbcEncrypt(encryptionKey, data, initialVector());

  const decrypt = (data: Uint8Array): Uint8Array =>
    cipher === 'desEde2'
      ? desEde2CbcDecrypt(encryptionKey, data)
      : aesCbcDecrypt(encryptionKey, data, initialVector());

  const mac = (message: Uint8Array): Uint8Array => {
    const padded = pad(concatBytes(counter, message), block);
    return cipher === 'desEde2' ? retailMac(macKey, padded) : aesCmac(macKey, padded).subarray(0, 8);
  };

  return {
    open(protectedCommand) {
      advance();
      const { cla, ins, p1, p2, data } = protectedCommand;
      const objects = decodeTlvs(data);
      if (!objects.ok) return { sw: SW.secureMessagingObjectsIncorrect };
      const checksum = findTlv(objects.value, 0x8e);
      if (checksum === undefined) return { sw: SW.secureMessagingObjectsMissing };
      const isLast = objects.value.at(-1)?.tag === 0x8e;
      if (checksum.length !== 8 || !isLast) return { sw: SW.secureMessagingObjectsIncorrect };
      const covered = data.subarray(0, data.length - 10);
      const header = pad(Uint8Array.of(cla, ins, p1, p2), block);
      if (!timingSafeEqual(mac(concatBytes(header, covered)), checksum)) {
        return { sw: SW.secureMessagingObjectsIncorrect };
      }
      const plain = openData(findTlv(objects.value, 0x87), findTlv(objects.value, 0x85));
      if (plain === null) return { sw: SW.secureMessagingObjectsIncorrect };
      const le = findTlv(objects.value, 0x97);
      return { command: { cla: cla & ~0x0c, ins, p1, p2, data: plain, le: le ? expectedLength(le) : null } };
    },
    protect(response, odd, corruptMac) {
      advance();
      const body =
        response.data.length === 0
          ? new Uint8Array(0)
          : odd
            ? encodeTlv(0x85, encrypt(pad(response.data, block)))
            : encodeTlv(0x87, Uint8Array.of(1), encrypt(pad(response.data, block)));
      const status = encodeTlv(0x99, Uint8Array.of(response.sw >> 8, response.sw & 0xff));
      const checksum = Uint8Array.from(mac(concatBytes(body, status)));
      if (corruptMac) checksum[0] = (checksum[0] ?? 0) ^ 0x01;
      return encodeResponse({ data: concatBytes(body, status, encodeTlv(0x8e, checksum)), sw: response.sw });
    },
    capacity(limit) {
      const cryptogram = limit - 4 - 10 - (limit < 256 + 14 ? 3 : 4) - 1;
      return Math.floor(cryptogram / block) * block - 1;
    },
  };

  function openData(padded: Uint8Array | undefined, plainForm: Uint8Array | undefined): Uint8Array | null {
    if (padded !== undefined && padded[0] !== 1) return null;
    const cryptogram = padded?.subarray(1) ?? plainForm;
    if (cryptogram === undefined) return new Uint8Array(0);
    if (cryptogram.length === 0 || cryptogram.length % block !== 0) return null;
    return unpad(decrypt(cryptogram));
  }
}

/** DO 97: one byte, or two in the extended form; zero stands for the most there is. */
function expectedLength(bytes: Uint8Array): number {
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return value || (bytes.length > 1 ? 65536 : 256);
}
