/** The slip printer: what the terminal may ask of it, and the adapters there are. */
import type { DeviceClock } from '../clock.ts';
import type { SerialModule, SerialSettings } from '../serial-line.ts';
import type { ReceiptPrinter } from './interface.ts';
import { createSerialReceiptPrinter } from './serial.ts';

export interface ReceiptPrinterConfig extends SerialSettings {
  readonly adapter: 'escpos-serial';
}

/** The adapter `config` asks for; `natives.serialport` is the `serialport` package or its stand-in. */
export function createReceiptPrinter(
  config: ReceiptPrinterConfig,
  natives: { readonly serialport: SerialModule },
  clock: DeviceClock,
): ReceiptPrinter {
  return createSerialReceiptPrinter(natives.serialport, config, clock);
}
