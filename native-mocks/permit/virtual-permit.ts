/**
 * The outside of a virtual permit: what a reader's field, a card unit or the virtual PC/SC reader sees of it.
 */

import type { PermitSpec } from './permit-spec.ts';

/** What a card reports of itself while it is used. */
export type PermitEvent =
  /** The hand took the card out of the field; `transmit` rejects with `CardPulled` from now until `reset`. */
  | { readonly type: 'pulled' }
  /** An elementary file changed; what `state()` answers is different now. */
  | { readonly type: 'written'; readonly fileId: number };

/** The mutable part of a card: contents of its writable files by file identifier. */
export interface PermitState {
  readonly files: ReadonlyArray<{ readonly fileId: number; readonly content: Uint8Array }>;
}

export interface VirtualPermit {
  /** What the card was made from. */
  readonly spec: PermitSpec;
  /** Answer to reset as PC/SC gives it for a contactless card; `null`: the card is mute. */
  readonly atr: Uint8Array | null;
  /** The 30 characters printed on the card: code, number, expiry, birth and their check digits. */
  readonly printedMrz: string;
  /** Power off and on: access rights, secure messaging and selection are gone, written files stay. */
  reset(): void;
  /** One command APDU to one response APDU with SW1 SW2. Rejects with `CardPulled` only. */
  transmit(command: Uint8Array): Promise<Uint8Array>;
  state(): PermitState;
  onEvent(listener: (event: PermitEvent) => void): () => void;
}

/** The card left the field in the middle of an exchange: there is no response at all. */
export class CardPulled extends Error {
  constructor() {
    super('the card has left the field');
    this.name = 'CardPulled';
  }
}
