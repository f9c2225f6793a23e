/** The card reader, from configuration. */
import type { DeviceClock } from '../clock.ts';
import type { CardReader } from './interface.ts';
import { createPcscCardReader, type PcscModule } from './pcsc.ts';

export type { CardConnection, CardPosition, CardReader, CardTransport } from './interface.ts';
export type { PcscModule } from './pcsc.ts';

export interface CardReaderConfig {
  readonly adapter: 'pcsc';
  /** The reader's PC/SC name or a part of it; empty takes the first reader there is. */
  readonly reader: string;
}

/** The adapter `config` asks for; `natives.pcsc` is the package `pcsc-mini` or its stand-in. */
export function createCardReader(
  config: CardReaderConfig,
  natives: { readonly pcsc: PcscModule },
  clock: DeviceClock,
): CardReader {
  return createPcscCardReader(natives.pcsc, { readerName: config.reader || null }, clock);
}
