/** The thermal-rewrite unit: moves the card and erases and prints its back. */
import type { CardTransport } from '../card-reader/interface.ts';
import type { CommandOptions, Device, DeviceResult } from '../device.ts';

/** One bit a pixel, rows padded to whole bytes, most significant bit left, 1 = dark. 300 dpi. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly bits: Uint8Array;
}

/** The printable field of the card's back: 80 × 48 mm at 300 dpi. */
export const cardBackSize = { width: 944, height: 568 } as const;

export interface EndorsementPrinter extends Device, CardTransport {
  readonly kind: 'endorsementPrinter';
  /** How often the card inside has been rewritten; `null` when the unit cannot tell. Thermal rewrite film lasts about 500 times. */
  rewriteCount(options: CommandOptions): Promise<DeviceResult<number | null>>;
  /**
   * Erases the back, prints `raster` and lets the unit verify the image.
   * Errors: `noMedia`, `overTemperature`, `mediaJam`, `verifyFailed`, `timeOut`, `canceled`, `deviceNotReady`, `hardwareError`.
   */
  rewrite(
    raster: Raster,
    options: CommandOptions & { readonly onProgress: (fraction: number) => void },
  ): Promise<DeviceResult<void>>;
}
