/**
 * What every device of the terminal has in common, in the words of XFS4IoT (`Common.Status`,
 * `Common.ErrorEvent`): what it is, how it is, what went wrong and who can mend it.
 */
import type { Result } from './result.ts';

/** Every kind of device `terminal.json` may list; a service names the kinds it needs. */
export type DeviceKind =
  | 'cardReader'
  | 'mrzReader'
  | 'portraitCamera'
  | 'endorsementPrinter'
  | 'receiptPrinter';

/** Who the device says it is. `null`: the device cannot tell. */
export interface DeviceIdentity {
  readonly modelName: string | null;
  readonly serialNumber: string | null;
  readonly firmware: string | null;
}

/** What staff can do about a fault (XFS4IoT `ErrorEvent.action`). */
export type StaffAction = 'reset' | 'configuration' | 'clear' | 'maintenance' | 'suspend';

/** How a device is now. Only states with something more to say carry data. */
export type DeviceStatus =
  | { readonly state: 'starting' }
  | { readonly state: 'online'; readonly warning?: DeviceWarning }
  | { readonly state: 'deviceBusy' }
  | { readonly state: 'offline' }
  | { readonly state: 'powerOff' }
  | { readonly state: 'noDevice' }
  | { readonly state: 'userError'; readonly code: DeviceErrorCode; readonly action: StaffAction }
  | { readonly state: 'hardwareError'; readonly code: DeviceErrorCode; readonly action: StaffAction };

/** Still usable, but staff should come before it stops. */
export type DeviceWarning = 'paperLow' | 'retainBinHigh' | 'headWorn';

/**
 * One vocabulary for everything that may go wrong with a device; the words are those of XFS4IoT's
 * completion codes and per-command error codes wherever it has one.
 */
export type DeviceErrorCode =
  // completion codes
  | 'canceled'
  | 'timeOut'
  | 'deviceNotReady'
  | 'hardwareError'
  | 'invalidData'
  | 'unsupportedData'
  | 'userError'
  | 'fraudAttempt'
  // card reader and chip
  | 'noMedia'
  | 'invalidMedia'
  | 'mediaJam'
  | 'mediaRetained'
  | 'retainBinFull'
  | 'atrNotObtained'
  | 'protocolNotSupported'
  | 'cardCollision'
  | 'cardRemoved'
  | 'cardInUse'
  | 'authenticationFailed'
  | 'secureMessagingFailed'
  | 'fileNotFound'
  | 'fileCorrupt'
  | 'notEnoughSpace'
  | 'verifyFailed'
  // printers
  | 'paperOut'
  | 'paperJammed'
  | 'coverOpen'
  | 'cutterError'
  | 'overTemperature'
  | 'mediaNotTaken'
  | 'flushFail'
  // cameras
  | 'cameraInoperable';

export interface DeviceError {
  readonly device: DeviceKind;
  readonly code: DeviceErrorCode;
  readonly action: StaffAction;
  /** One plain English sentence for the log and the technician; never personal data. */
  readonly message: string;
}

export type DeviceResult<T> = Result<T, DeviceError>;

/** Bounds of one command: none may wait for ever. */
export interface CommandOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Common to every device; the supervisor needs nothing more. */
export interface Device {
  readonly kind: DeviceKind;
  identity(): DeviceIdentity;
  status(): DeviceStatus;
  /** Calls `listener` after every change of `status()`; answers how to stop listening. */
  onStatus(listener: (status: DeviceStatus) => void): () => void;
  open(options: CommandOptions): Promise<DeviceResult<void>>;
  close(): Promise<void>;
  /** A check that touches no applicant's data and leaves the device as it was. */
  selfTest(options: CommandOptions): Promise<DeviceResult<string>>;
}
