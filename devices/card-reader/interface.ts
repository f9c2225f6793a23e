/**
 * The chip card reader (XFS4IoT CardReader, ISO/IEC 14443 contactless over PC/SC), and the transport that
 * moves a card in machines that swallow it.
 */
import type { CommandOptions, Device, DeviceResult } from '../device.ts';

export interface CardReader extends Device {
  readonly kind: 'cardReader';
  /** Whether a card is in the field; `unknown` while the reader is not there. */
  media(): 'present' | 'notPresent' | 'unknown';
  onMedia(listener: (media: 'present' | 'notPresent' | 'unknown') => void): () => void;
  /**
   * Takes the card that is in the reader, exclusively; waits for one until the time-out.
   * Errors: `timeOut`, `canceled`, `atrNotObtained` (mute card), `protocolNotSupported`, `cardInUse`, `deviceNotReady`.
   */
  connect(options: CommandOptions): Promise<DeviceResult<CardConnection>>;
}

/** A card held exclusively. Every command after removal answers `cardRemoved`. */
export interface CardConnection {
  readonly atr: Uint8Array;
  /**
   * Sends one command APDU (ISO/IEC 7816-4, short or extended) and answers the response APDU with SW1 SW2.
   * Errors: `cardRemoved`, `timeOut`, `canceled`, `hardwareError`.
   */
  transmit(command: Uint8Array, options: CommandOptions): Promise<DeviceResult<Uint8Array>>;
  /** Aborted once the card has gone. */
  readonly removed: AbortSignal;
  release(): Promise<void>;
}

/** Where a swallowed card is. */
export type CardPosition = 'absent' | 'atSlot' | 'inside' | 'retained' | 'unknown';

/**
 * Moves a card between slot, reading position and retain bin (XFS4IoT `CardReader.Move`, `Reset`). Supplied by
 * whichever unit has the motor: the endorsement printer in the re-endorsement machine.
 */
export interface CardTransport {
  position(options: CommandOptions): Promise<DeviceResult<CardPosition>>;
  /** Opens the slot and draws a card in to the reading position; waits until one has come. */
  accept(options: CommandOptions): Promise<DeviceResult<void>>;
  /** Pushes the card to the slot and answers at once; `taken` waits for the hand. */
  eject(options: CommandOptions): Promise<DeviceResult<void>>;
  /** Waits until the card at the slot has been taken. Error `mediaNotTaken` at the time-out. */
  taken(options: CommandOptions): Promise<DeviceResult<void>>;
  /** Draws the card at the slot, or inside, into the retain bin. Error `retainBinFull`. */
  retain(options: CommandOptions): Promise<DeviceResult<void>>;
}
