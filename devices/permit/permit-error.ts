/** Failures of the permit's chip, in the vocabulary every device shares. */
import type { DeviceError, DeviceErrorCode, StaffAction } from '../device.ts';
import { fail, type Result } from '../result.ts';

export type PermitError = DeviceError;

/** What staff can do: nothing for a bad card, which the reader gets over by itself. */
const ACTION: Partial<Readonly<Record<DeviceErrorCode, StaffAction>>> = {
  hardwareError: 'maintenance',
  protocolNotSupported: 'configuration',
  deviceNotReady: 'reset',
};

export const deviceError = (code: DeviceErrorCode, message: string): PermitError => ({
  device: 'cardReader',
  code,
  action: ACTION[code] ?? 'suspend',
  message,
});

export const permitError = (code: DeviceErrorCode, message: string): Result<never, PermitError> =>
  fail(deviceError(code, message));

/** A status word for a message: `6A82`. */
export const swText = (sw: number): string => sw.toString(16).toUpperCase().padStart(4, '0');
