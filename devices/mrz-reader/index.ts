/** The optical reader of the line printed on the permit, from configuration. */
import type { DeviceClock } from '../clock.ts';
import type { MrzSource } from '../permit/mrz-source.ts';
import type { SerialModule, SerialSettings } from '../serial-line.ts';
import { createSerialMrzReader } from './serial.ts';

export type { MrzSource } from '../permit/mrz-source.ts';

export interface MrzReaderConfig extends SerialSettings {
  readonly adapter: 'serial';
}

/** The adapter `config` asks for; `natives.serialport` is the `serialport` package or its stand-in. */
export function createMrzReader(
  config: MrzReaderConfig,
  natives: { readonly serialport: SerialModule },
  clock: DeviceClock,
): MrzSource {
  return createSerialMrzReader(natives.serialport, config, clock);
}
