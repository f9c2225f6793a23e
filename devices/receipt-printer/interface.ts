/** The slip printer: 80 mm thermal kiosk printer (ESC/POS). */
import type { CommandOptions, Device, DeviceResult } from '../device.ts';

/** A slip, independent of the printer that prints it. 48 half-width columns on 80 mm paper. */
export type SlipLine =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly align?: 'left' | 'centre';
      readonly size?: 'normal' | 'large';
      readonly bold?: boolean;
    }
  | { readonly kind: 'pair'; readonly label: string; readonly value: string }
  | { readonly kind: 'rule' }
  | { readonly kind: 'feed'; readonly lines: number }
  | { readonly kind: 'barcode'; readonly text: string }
  | { readonly kind: 'qr'; readonly text: string };

export interface ReceiptPrinter extends Device {
  readonly kind: 'receiptPrinter';
  /**
   * Prints, cuts and presents one slip; succeeds only once the printer itself reported the end of printing.
   * Errors: `paperOut`, `paperJammed`, `coverOpen`, `cutterError`, `overTemperature`, `timeOut`, `canceled`, `deviceNotReady`.
   */
  print(slip: readonly SlipLine[], options: CommandOptions): Promise<DeviceResult<void>>;
}
