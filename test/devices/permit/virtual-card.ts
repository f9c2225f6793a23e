/** A card connection straight to a virtual permit, without a reader, and the people and faces the tests use. */
import { createHash, randomBytes } from 'node:crypto';
import { createCanvas } from '@napi-rs/canvas';
import type { CardConnection } from '../../../devices/card-reader/interface.ts';
import { parsePermitLine } from '../../../devices/permit/mrz.ts';
import type { PermitReadOptions } from '../../../devices/permit/read-permit.ts';
import { trusted } from '../../../devices/permit/trust-store.ts';
import { fail, ok } from '../../../devices/result.ts';
import type { DocumentHolder } from '../../../native-mocks/permit/machine-readable-zone.ts';
import { createVirtualPermit } from '../../../native-mocks/permit/permit-card.ts';
import { type Personalisation, personalise } from '../../../native-mocks/permit/personalise.ts';
import type { VirtualPermit } from '../../../native-mocks/permit/virtual-permit.ts';
import { testCsca } from '../../../native-mocks/test-csca.ts';

export const NOW = new Date('2026-06-01T08:00:00Z');

export const HOLDER: DocumentHolder = {
  documentNumber: 'CA0000015',
  nameChinese: '郑试验',
  surname: 'ZHENG',
  given: 'SHIYAN',
  sex: 'F',
  dateOfBirth: '1985-06-15',
  dateOfExpiry: '2029-06-30',
  placeOfBirth: 'HLJ',
};

export const KEY = { documentNumber: 'CA0000015', dateOfBirth: '850615', dateOfExpiry: '290630' };

/** A JPEG of about the given size, the same every time. */
export function jpegFace(bytes = 20_000): Uint8Array {
  const canvas = createCanvas(480, 640);
  const context = canvas.getContext('2d');
  const image = context.createImageData(480, 640);
  for (let i = 0; i < image.data.length; i++) image.data[i] = i % 4 === 3 ? 255 : ((i >> 7) * 7) % 200;
  context.putImageData(image, 0, 0);
  const jpeg = canvas.encodeSync('jpeg', 40);
  // bytes behind the end of image belong to no picture, but make the file as long as wanted
  const filler = Buffer.alloc(Math.max(0, bytes - jpeg.length));
  for (let at = 0; at < filler.length; at += 32)
    createHash('sha256').update(`face ${at}`).digest().copy(filler, at);
  return jpeg.length >= bytes ? jpeg : Buffer.concat([jpeg, filler]);
}

export async function virtualPermit(options: Partial<Personalisation> = {}): Promise<VirtualPermit> {
  const { signer } = await testCsca(NOW);
  return createVirtualPermit(
    personalise({ holder: HOLDER, face: jpegFace(), endorsements: [], signer, now: NOW, ...options }),
  );
}

export interface RecordedConnection extends CardConnection {
  /** Every command sent, with its answer. */
  readonly exchanges: { readonly command: Uint8Array; readonly response: Uint8Array }[];
}

export function connectionTo(permit: VirtualPermit): RecordedConnection {
  const removed = new AbortController();
  const exchanges: { command: Uint8Array; response: Uint8Array }[] = [];
  permit.onEvent((event) => {
    if (event.type === 'pulled') removed.abort();
  });
  return {
    atr: permit.atr ?? new Uint8Array(0),
    removed: removed.signal,
    exchanges,
    async transmit(command, { signal }) {
      const error = (code: 'cardRemoved' | 'canceled') =>
        fail({ device: 'cardReader', code, action: 'suspend', message: code } as const);
      if (signal.aborted) return error('canceled');
      try {
        const response = await permit.transmit(command);
        exchanges.push({ command: Uint8Array.from(command), response });
        return ok(response);
      } catch {
        return error('cardRemoved');
      }
    },
    async release() {},
  };
}

export async function readOptions(options: Partial<PermitReadOptions> = {}): Promise<PermitReadOptions> {
  const { certificate } = await testCsca(NOW);
  return {
    trust: { certificates: [trusted(certificate)], rejected: [] },
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    now: NOW,
    random: (length) => new Uint8Array(randomBytes(length)),
    ...options,
  };
}

/** The key as the line printed on the card gives it. */
export function keyOf(permit: VirtualPermit) {
  const line = parsePermitLine(permit.printedMrz);
  if (!line.ok) throw new Error(line.error.message);
  return line.value;
}
