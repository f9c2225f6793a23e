/** Where the key of the chip comes from: something that can read the line printed on the permit. */
import type { CommandOptions, Device, DeviceResult } from '../device.ts';
import type { PermitLine } from './mrz.ts';

export interface MrzSource extends Device {
  readonly kind: 'mrzReader';
  /**
   * The line of the card now in the unit, check digits verified; waits for it until the time-out.
   * Errors: `invalidData` (misread: a wrong length, character or check digit), `timeOut`, `canceled`, `deviceNotReady`.
   */
  read(options: CommandOptions): Promise<DeviceResult<PermitLine>>;
}
