/** The endorsement printer: what the terminal may ask of it, and the adapters there are. */
import type { DeviceClock } from '../clock.ts';
import type { SerialModule, SerialSettings } from '../serial-line.ts';
import type { EndorsementPrinter } from './interface.ts';
import { createSerialEndorsementPrinter } from './serial.ts';

export interface EndorsementPrinterConfig extends SerialSettings {
  readonly adapter: 'serial';
}

/** The adapter `config` asks for; `natives.serialport` is the `serialport` package or its stand-in. */
export function createEndorsementPrinter(
  config: EndorsementPrinterConfig,
  natives: { readonly serialport: SerialModule },
  clock: DeviceClock,
): EndorsementPrinter {
  return createSerialEndorsementPrinter(natives.serialport, config, clock);
}
