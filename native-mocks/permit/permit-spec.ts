/** Everything a virtual permit consists of before the first command: files, keys, abilities, and what is wrong with it. */
import type { ActiveAuthenticationKey, ChipAuthenticationKey, PaceProfile } from './chip-keys.ts';

export interface ElementaryFile {
  readonly fileId: number;
  readonly content: Uint8Array;
  /** Who may read it: anybody, or only whoever got through BAC or PACE. */
  readonly read: 'always' | 'afterAccess';
  /** Whether UPDATE BINARY is possible, after access, within its size. */
  readonly writable: boolean;
}

/** The ways a card goes wrong. Commands are counted from 1 over the life of the card; each fault strikes once. */
export type PermitFault =
  /** No answer to reset. */
  | { readonly type: 'mute' }
  | { readonly type: 'slow'; readonly msPerApdu: number }
  /** Leaves the field instead of answering the n-th command. */
  | { readonly type: 'pulled'; readonly atApdu: number }
  /** The n-th protected response has a wrong MAC. */
  | { readonly type: 'wrongMac'; readonly inResponse: number }
  /** What is read back differs by one bit from what was written. */
  | { readonly type: 'writeCorrupts' }
  /** Leaves the field after answering the n-th UPDATE BINARY. */
  | { readonly type: 'removedAfterWrite'; readonly writes: number };

export interface PermitSpec {
  /** What BAC and PACE derive their keys from. */
  readonly mrzInformation: string;
  /** 30 characters for a permit; for a passport the two lines of 44. */
  readonly printedMrz: string;
  /** Files under the master file: EF.CardAccess, EF.ATR/INFO. */
  readonly masterFiles: readonly ElementaryFile[];
  /** Files under A0000002471001. */
  readonly applicationFiles: readonly ElementaryFile[];
  readonly basicAccess: boolean;
  readonly pace: PaceProfile | null;
  readonly activeAuthentication: ActiveAuthenticationKey | null;
  readonly chipAuthentication: ChipAuthenticationKey | null;
  /** Most bytes of a whole command and response APDU; `null`: extended length is not understood. */
  readonly extendedLength: { readonly maxCommand: number; readonly maxResponse: number } | null;
  /** Some chips cannot read more at once than this: they refuse (6700) or answer less. `null`: no such limit. */
  readonly readLimit: { readonly bytes: number; readonly beyond: 'refuse' | 'truncate' } | null;
  /** Reading less than Le because the file ends: 6282 as ISO/IEC 7816-4 says, or 9000 as many chips do. */
  readonly endOfFile: 'warning' | 'silent';
  readonly faults: readonly PermitFault[];
}
