/**
 * A terminal of few words, written from ICAO Doc 9303-11 on node:crypto and @noble alone, so that the card is not
 * checked by the code it is built from.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { cmac } from '@noble/ciphers/aes.js';
import { p256 } from '@noble/curves/nist.js';
import type { VirtualPermit } from '../../../native-mocks/permit/virtual-permit.ts';

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

export interface Answer {
  readonly data: Uint8Array;
  readonly sw: number;
}

/** Sends a plain command. */
export async function plain(permit: VirtualPermit, command: string): Promise<Answer> {
  return split(await permit.transmit(hex(command)));
}

export interface SecureTerminal {
  /** Sends a protected command; throws when the answer is not protected as it must be. */
  send(
    ins: number,
    p1: number,
    p2: number,
    data?: Uint8Array,
    le?: number,
    extended?: boolean,
  ): Promise<Answer>;
  readFile(fileId: number): Promise<Uint8Array>;
  select(fileId: number): Promise<Answer>;
}

export async function openByBasicAccess(
  permit: VirtualPermit,
  mrzInformation: string,
): Promise<SecureTerminal> {
  expectOk(await plain(permit, '00A4040C07A0000002471001'));
  const challenge = expectOk(await plain(permit, '0084000008'));
  const seed = sha1(Buffer.from(mrzInformation)).subarray(0, 16);
  const enc = sha1(Buffer.concat([seed, hex('00000001')])).subarray(0, 16);
  const mac = sha1(Buffer.concat([seed, hex('00000002')])).subarray(0, 16);
  const own = randomBytes(8);
  const keyMaterial = randomBytes(16);
  const cryptogram = tripleDes(enc, Buffer.concat([own, challenge, keyMaterial]), 'encrypt');
  const token = Buffer.concat([cryptogram, retailMac(mac, iso9797(cryptogram, 8))]);
  const answer = expectOk(split(await permit.transmit(Buffer.concat([hex('0082000028'), token, hex('28')]))));
  if (!Buffer.from(retailMac(mac, iso9797(answer.subarray(0, 32), 8))).equals(answer.subarray(32))) {
    throw new Error('M.IC is wrong');
  }
  const opened = tripleDes(enc, answer.subarray(0, 32), 'decrypt');
  if (!Buffer.from(opened.subarray(0, 8)).equals(challenge)) throw new Error('RND.IC is wrong');
  if (!own.equals(opened.subarray(8, 16))) throw new Error('RND.IFD is wrong');
  const shared = opened.subarray(16).map((byte, index) => byte ^ (keyMaterial[index] ?? 0));
  const counter = Buffer.concat([challenge.subarray(4), own.subarray(4)]);
  return secureTerminal(permit, 'desEde2', shared, counter);
}

/** Generic mapping over P-256 with AES-128. */
export async function openByPace(permit: VirtualPermit, mrzInformation: string): Promise<SecureTerminal> {
  const oid = hex('04007F00070202040202');
  expectOk(await plain(permit, `0022C1A40F800A${toHex(oid)}830101`));
  const passwordKey = sha1(Buffer.concat([sha1(Buffer.from(mrzInformation)), hex('00000003')])).subarray(
    0,
    16,
  );
  const sealed = tagged(expectOk(await plain(permit, '10860000027C0000')), 0x80);
  const nonce = aes(passwordKey, sealed, Buffer.alloc(16), 'decrypt');
  const scalar = (): bigint => BigInt(`0x${toHex(p256.utils.randomSecretKey())}`);
  const { Point } = p256;
  const ask = async (cla: string, tag: number, value: Uint8Array, wanted: number): Promise<Uint8Array> => {
    const inner = Buffer.concat([Buffer.of(tag, value.length), value]);
    const body = Buffer.concat([Buffer.of(0x7c, inner.length), inner]);
    const command = Buffer.concat([hex(`${cla}860000`), Buffer.of(body.length), body, Buffer.of(0)]);
    return tagged(expectOk(split(await permit.transmit(command))), wanted);
  };
  const mapSecret = scalar();
  const chipMap = Point.fromBytes(await ask('10', 0x81, Point.BASE.multiply(mapSecret).toBytes(false), 0x82));
  const generator = Point.BASE.multiply(BigInt(`0x${toHex(nonce)}`)).add(chipMap.multiply(mapSecret));
  const secret = scalar();
  const own = generator.multiply(secret).toBytes(false);
  const chip = await ask('10', 0x83, own, 0x84);
  const shared = Point.fromBytes(chip).multiply(secret).toBytes(false).subarray(1, 33);
  const macKey = sha1(Buffer.concat([shared, hex('00000002')])).subarray(0, 16);
  const token = (key: Uint8Array): Uint8Array => {
    const body = Buffer.concat([hex('060A'), oid, Buffer.of(0x86, key.length), key]);
    return cmac(Buffer.concat([hex('7F49'), Buffer.of(body.length), body]), macKey).subarray(0, 8);
  };
  const confirmed = await ask('00', 0x85, token(chip), 0x86);
  if (!Buffer.from(confirmed).equals(token(own))) throw new Error('the chip does not have the same keys');
  return secureTerminal(permit, 'aes128', shared, Buffer.alloc(16));
}

/** Goes on with the keys Chip Authentication agreed on. */
export function secureTerminal(
  permit: VirtualPermit,
  cipher: 'desEde2' | 'aes128',
  secret: Uint8Array,
  initialCounter: Uint8Array,
): SecureTerminal {
  const block = cipher === 'desEde2' ? 8 : 16;
  const enc = sha1(Buffer.concat([secret, hex('00000001')])).subarray(0, 16);
  const macKey = sha1(Buffer.concat([secret, hex('00000002')])).subarray(0, 16);
  let counter = BigInt(`0x${toHex(initialCounter)}`);
  const counterBytes = (): Buffer => Buffer.from(counter.toString(16).padStart(block * 2, '0'), 'hex');
  const iv = (): Uint8Array => aes(enc, counterBytes(), Buffer.alloc(16), 'encrypt');
  const crypt = (data: Uint8Array, way: 'encrypt' | 'decrypt'): Uint8Array =>
    cipher === 'desEde2' ? tripleDes(enc, data, way) : aes(enc, data, iv(), way);
  const mac = (message: Uint8Array): Uint8Array => {
    const whole = Buffer.concat([counterBytes(), message]);
    return cipher === 'desEde2'
      ? retailMac(macKey, iso9797(whole, 8))
      : cmac(iso9797(whole, 16), macKey).subarray(0, 8);
  };

  const send: SecureTerminal['send'] = async (ins, p1, p2, data, le, extended = false) => {
    counter++;
    const odd = (ins & 1) === 1;
    const objects: Uint8Array[] = [];
    if (data !== undefined) {
      const sealed = crypt(iso9797(data, block), 'encrypt');
      objects.push(odd ? tlv(0x85, sealed) : tlv(0x87, Buffer.concat([Buffer.of(1), sealed])));
    }
    if (le !== undefined) {
      objects.push(tlv(0x97, le > 256 ? Buffer.of((le >> 8) & 255, le & 255) : Buffer.of(le & 255)));
    }
    const header = Buffer.of(0x0c, ins, p1, p2);
    const covered = Buffer.concat(objects);
    const body = Buffer.concat([covered, tlv(0x8e, mac(Buffer.concat([iso9797(header, block), covered])))]);
    const command = extended
      ? Buffer.concat([header, Buffer.of(0, body.length >> 8, body.length & 255), body, Buffer.of(0, 0)])
      : Buffer.concat([header, Buffer.of(body.length), body, Buffer.of(0)]);
    const answer = split(await permit.transmit(command));
    counter++;
    if (answer.data.length === 0) return answer;
    const end = answer.data.length - 10;
    if (toHex(mac(answer.data.subarray(0, end))) !== toHex(answer.data.subarray(end + 2))) {
      throw new Error('the MAC of the answer is wrong');
    }
    const status = tagged(answer.data, 0x99, true);
    const sw = (status[0] ?? 0) * 256 + (status[1] ?? 0);
    const sealed = find(answer.data, odd ? 0x85 : 0x87);
    if (sealed === null) return { data: new Uint8Array(0), sw };
    const opened = crypt(odd ? sealed : sealed.subarray(1), 'decrypt');
    return { data: opened.subarray(0, opened.lastIndexOf(0x80)), sw };
  };

  const select = (fileId: number): Promise<Answer> =>
    send(0xa4, 0x02, 0x0c, Uint8Array.of(fileId >> 8, fileId & 255));

  return {
    send,
    select,
    async readFile(fileId) {
      const selected = await select(fileId);
      if (selected.sw !== 0x9000) throw new Error(`SELECT answered ${selected.sw.toString(16)}`);
      const parts: Uint8Array[] = [];
      let offset = 0;
      for (;;) {
        const part = await send(0xb0, offset >> 8, offset & 255, undefined, 0xdf);
        if (part.sw === 0x6b00) return Buffer.concat(parts);
        if (part.sw !== 0x9000 && part.sw !== 0x6282)
          throw new Error(`READ answered ${part.sw.toString(16)}`);
        parts.push(part.data);
        offset += part.data.length;
      }
    },
  };
}

function split(bytes: Uint8Array): Answer {
  const sw = (bytes.at(-2) ?? 0) * 256 + (bytes.at(-1) ?? 0);
  return { data: bytes.subarray(0, -2), sw };
}

function expectOk(answer: Answer): Uint8Array {
  if (answer.sw !== 0x9000) throw new Error(`the card answered ${answer.sw.toString(16)}`);
  return answer.data;
}

const sha1 = (data: Uint8Array): Buffer => createHash('sha1').update(data).digest();

function iso9797(data: Uint8Array, block: number): Buffer {
  const zeros = (block - ((data.length + 1) % block)) % block;
  return Buffer.concat([data, Buffer.of(0x80), Buffer.alloc(zeros)]);
}

function tripleDes(
  key: Uint8Array,
  data: Uint8Array,
  way: 'encrypt' | 'decrypt',
  iv = Buffer.alloc(8),
): Uint8Array {
  const three = Buffer.concat([key, key.subarray(0, 8)]);
  const cipher =
    way === 'encrypt'
      ? createCipheriv('des-ede3-cbc', three, iv)
      : createDecipheriv('des-ede3-cbc', three, iv);
  return cipher.setAutoPadding(false).update(data);
}

function aes(key: Uint8Array, data: Uint8Array, iv: Uint8Array, way: 'encrypt' | 'decrypt'): Uint8Array {
  const cipher =
    way === 'encrypt' ? createCipheriv('aes-128-cbc', key, iv) : createDecipheriv('aes-128-cbc', key, iv);
  return cipher.setAutoPadding(false).update(data);
}

/** ISO/IEC 9797-1 algorithm 3, step by step: DES with Ka over all blocks, then decrypt with Kb, encrypt with Ka. */
function retailMac(key: Uint8Array, padded: Uint8Array): Uint8Array {
  const ka = Buffer.concat([key.subarray(0, 8), key.subarray(0, 8)]);
  const kb = Buffer.concat([key.subarray(8, 16), key.subarray(8, 16)]);
  const last = tripleDes(ka, padded, 'encrypt').subarray(-8);
  return tripleDes(ka, tripleDes(kb, last, 'decrypt'), 'encrypt');
}

function tlv(tag: number, value: Uint8Array): Buffer {
  const length =
    value.length < 128
      ? Buffer.of(value.length)
      : value.length < 256
        ? Buffer.of(0x81, value.length)
        : Buffer.of(0x82, value.length >> 8, value.length & 255);
  return Buffer.concat([Buffer.of(tag), length, value]);
}

function find(objects: Uint8Array, tag: number): Uint8Array | null {
  let at = 0;
  while (at < objects.length) {
    const found = objects[at];
    const first = objects[at + 1] ?? 0;
    const more = first > 0x80 ? first - 0x80 : 0;
    const length = more === 0 ? first : Number.parseInt(toHex(objects.subarray(at + 2, at + 2 + more)), 16);
    const start = at + 2 + more;
    if (found === tag) return objects.subarray(start, start + length);
    at = start + length;
  }
  return null;
}

/** The object of the tag inside 7C, or directly when `direct`. */
function tagged(bytes: Uint8Array, tag: number, direct = false): Uint8Array {
  const outer = direct ? bytes : find(bytes, 0x7c);
  const value = outer === null ? null : find(outer, tag);
  if (value === null) throw new Error(`no object ${tag.toString(16)}`);
  return value;
}
