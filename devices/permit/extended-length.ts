/**
 * Whether a chip takes extended length fields, from the card capabilities in the historical bytes and from EF.ATR/INFO
 * (ISO/IEC 7816-4 §12.1.1.9 and §12.2.2). Without a word of the chip, short commands are used.
 */
import { ok, type Result } from '../result.ts';
import { SW } from './apdu.ts';
import type { ChipChannel } from './chip-channel.ts';
import type { PermitError } from './permit-error.ts';
import { decodeTlvs, findTlv } from './tlv.ts';

export interface ExtendedLength {
  /** Most bytes of a file to ask for in one protected READ BINARY. */
  readonly readLength: number;
}

/** What the answer to reset tells: extended length or not, or that EF.ATR/INFO knows the sizes. */
export function extendedLength(atr: Uint8Array): ExtendedLength | null | 'askFile' {
  const capabilities = cardCapabilities(atr);
  // byte 3: b7 extended length fields, b6 sizes in EF.ATR/INFO
  const third = capabilities?.[2];
  if (third === undefined || (third & 0x40) === 0) return null;
  return third & 0x20 ? 'askFile' : { readLength: DEFAULT_READ };
}

/** Reads the sizes from EF.ATR/INFO (2F01); the default size when the file does not say. */
export async function readExtendedLength(channel: ChipChannel): Promise<Result<ExtendedLength, PermitError>> {
  const selected = await channel({ cla: 0, ins: 0xa4, p1: 2, p2: 0x0c, data: ATR_INFO, le: null });
  if (!selected.ok) return selected;
  if (selected.value.sw !== SW.ok) return ok({ readLength: DEFAULT_READ });
  const answer = await channel({ cla: 0, ins: 0xb0, p1: 0, p2: 0, data: new Uint8Array(0), le: 256 });
  if (!answer.ok) return answer;
  return ok({ readLength: decodeReadLength(answer.value.data) ?? DEFAULT_READ });
}

/** From DO 7F66: the longest response less what protection adds to it. Null when it is not there. */
export function decodeReadLength(info: Uint8Array): number | null {
  const objects = decodeTlvs(info);
  const sizes = objects.ok ? findTlv(objects.value, 0x7f66) : undefined;
  const integers = sizes ? decodeTlvs(sizes) : undefined;
  const response = integers?.ok ? integers.value.filter((object) => object.tag === 2)[1]?.value : undefined;
  if (!response || response.length === 0 || response.length > 4) return null;
  const longest = response.reduce((sum, byte) => sum * 256 + byte, 0);
  return longest < 0x100 ? null : Math.min(longest, 65536) - PROTECTION;
}

/** The compact-TLV object 7x of the historical bytes. */
function cardCapabilities(atr: Uint8Array): Uint8Array | null {
  const historical = historicalBytes(atr);
  const category = historical?.[0];
  if (!historical || (category !== 0x80 && category !== 0x00)) return null;
  const end = category === 0x00 ? historical.length - 3 : historical.length;
  for (let at = 1; at < end; ) {
    const header = historical[at] ?? 0;
    const length = header & 0x0f;
    if (header >> 4 === 7)
      return at + 1 + length <= end ? historical.subarray(at + 1, at + 1 + length) : null;
    at += 1 + length;
  }
  return null;
}

/** ISO/IEC 7816-3 §8.2: T0's low half counts the historical bytes behind the interface bytes. */
function historicalBytes(atr: Uint8Array): Uint8Array | null {
  const t0 = atr[1];
  if (t0 === undefined) return null;
  let at = 2;
  for (let present = t0 >> 4; ; ) {
    at += Number(Boolean(present & 1)) + Number(Boolean(present & 2)) + Number(Boolean(present & 4));
    if ((present & 8) === 0) break;
    const td = atr[at++];
    if (td === undefined) return null;
    present = td >> 4;
  }
  const end = at + (t0 & 0x0f);
  return end <= atr.length ? atr.subarray(at, end) : null;
}

const ATR_INFO = Uint8Array.of(0x2f, 0x01);
/** Room for DO87, DO99, DO8E and padding around the data of a response. */
const PROTECTION = 48;
/** When a chip takes extended length but does not say how much. */
const DEFAULT_READ = 0x1000;
