/**
 * The chip's end of PACE with generic mapping over elliptic curves (ICAO Doc 9303-11 §4.4): four GENERAL AUTHENTICATE
 * steps, each a dynamic authentication data object 7C.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { SW } from '../../devices/permit/apdu.ts';
import {
  aesCbcEncrypt,
  aesCmac,
  deriveKey,
  desEde2CbcEncrypt,
  KEY_FOR,
  type MessageCipher,
  pad,
  retailMac,
} from '../../devices/permit/cipher.ts';
import { encodeTlv } from '../../devices/permit/tlv.ts';
import { CIPHER_ARC, curveOf, type PaceProfile } from './chip-keys.ts';
import { oidBytes } from './der.ts';
import { OID } from './object-identifiers.ts';
import { createSecureChannel, type SecureChannel } from './secure-channel.ts';

/** What one GENERAL AUTHENTICATE leads to. */
export type PaceStep =
  | { readonly result: 'more'; readonly data: Uint8Array }
  | { readonly result: 'done'; readonly data: Uint8Array; readonly channel: SecureChannel }
  | { readonly result: 'refused'; readonly sw: number };

export interface PaceResponder {
  /** `objects`: the contents of the terminal's 7C by tag. */
  step(objects: ReadonlyMap<number, Uint8Array>): PaceStep;
}

export const paceOid = (profile: PaceProfile): Uint8Array =>
  oidBytes(`${OID.paceEcdhGm}.${CIPHER_ARC[profile.cipher]}`);

/** The secret behind K_π for the machine readable zone: SHA-1 over number, birth and expiry, 20 bytes. */
export const pacePasswordOfMrz = (mrzInformation: string): Uint8Array =>
  createHash('sha1').update(mrzInformation).digest();

/** `random(length)` answers the nonce (16 bytes) and then the two ephemeral scalars (one field element each). */
export function createPaceResponder(
  profile: PaceProfile,
  password: Uint8Array,
  random: (length: number) => Uint8Array,
): PaceResponder {
  const curve = curveOf(profile.parameterId);
  const { Point } = curve;
  const order = Point.Fn.ORDER;
  const passwordKey = deriveKey(password, KEY_FOR.password, profile.cipher);
  const scalar = (): bigint => {
    const value = BigInt(`0x${Buffer.from(random(Point.Fn.BYTES)).toString('hex')}`) % order;
    return value === 0n ? 1n : value;
  };

  type State =
    | { at: 'nonce' }
    | { at: 'map'; nonce: bigint }
    | { at: 'agree'; generator: typeof Point.BASE }
    | { at: 'confirm'; own: Uint8Array; terminal: Uint8Array; secret: Uint8Array }
    | { at: 'over' };
  let state: State = { at: 'nonce' };

  const refused = (sw: number): PaceStep => {
    state = { at: 'over' };
    return { result: 'refused', sw };
  };

  const point = (bytes: Uint8Array): typeof Point.BASE | null => {
    try {
      const read = Point.fromBytes(bytes);
      read.assertValidity();
      return read;
    } catch {
      return null; // not a point of this curve
    }
  };

  return {
    step(objects) {
      if (state.at === 'nonce') {
        const nonce = random(16);
        state = { at: 'map', nonce: BigInt(`0x${Buffer.from(nonce).toString('hex')}`) };
        const sealed =
          profile.cipher === 'desEde2'
            ? desEde2CbcEncrypt(passwordKey, nonce)
            : aesCbcEncrypt(passwordKey, nonce);
        return { result: 'more', data: encodeTlv(0x7c, encodeTlv(0x80, sealed)) };
      }
      if (state.at === 'map') {
        const terminal = point(objects.get(0x81) ?? new Uint8Array(0));
        if (terminal === null) return refused(SW.wrongData);
        const secret = scalar();
        const shared = terminal.multiply(secret);
        const generator = Point.BASE.multiply(state.nonce % order).add(shared);
        state = { at: 'agree', generator };
        const own = Point.BASE.multiply(secret).toBytes(false);
        return { result: 'more', data: encodeTlv(0x7c, encodeTlv(0x82, own)) };
      }
      if (state.at === 'agree') {
        const terminalBytes = objects.get(0x83) ?? new Uint8Array(0);
        const terminal = point(terminalBytes);
        if (terminal === null) return refused(SW.wrongData);
        const secret = scalar();
        const own = state.generator.multiply(secret).toBytes(false);
        if (Buffer.from(own).equals(terminalBytes)) return refused(SW.wrongData);
        const shared = Point.Fp.toBytes(terminal.multiply(secret).toAffine().x);
        state = { at: 'confirm', own, terminal: Uint8Array.from(terminalBytes), secret: shared };
        return { result: 'more', data: encodeTlv(0x7c, encodeTlv(0x84, own)) };
      }
      if (state.at === 'confirm') {
        const { own, terminal, secret } = state;
        const macKey = deriveKey(secret, KEY_FOR.mac, profile.cipher);
        const expected = token(profile, macKey, own);
        const received = objects.get(0x85);
        if (received?.length !== 8 || !timingSafeEqual(expected, received))
          return refused(SW.verificationFailed);
        state = { at: 'over' };
        return {
          result: 'done',
          data: encodeTlv(0x7c, encodeTlv(0x86, token(profile, macKey, terminal))),
          channel: createSecureChannel(profile.cipher, secret),
        };
      }
      return refused(SW.conditionsNotSatisfied);
    },
  };
}

/** Authentication token: MAC over the other side's public key object 7F49 (§4.4.3.4). */
function token(profile: PaceProfile, macKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const object = encodeTlv(0x7f49, encodeTlv(0x06, paceOid(profile)), encodeTlv(0x86, publicKey));
  return macToken(profile.cipher, macKey, object);
}

function macToken(cipher: MessageCipher, key: Uint8Array, object: Uint8Array): Uint8Array {
  return cipher === 'desEde2' ? retailMac(key, pad(object, 8)) : aesCmac(key, object).subarray(0, 8);
}
