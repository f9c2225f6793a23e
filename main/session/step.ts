/**
 * What a step is, what it may reach, and how a service can end. A service is a list of steps; the runner
 * (`run-service.ts`) owns order, back, leaving, idle time and the journal entries at each boundary.
 */
import type { CardConnection, CardReader } from '../../devices/card-reader/interface.ts';
import type { DeviceKind, DeviceResult } from '../../devices/device.ts';
import type { EndorsementPrinter } from '../../devices/endorsement-printer/interface.ts';
import type { EndorsementWriter } from '../../devices/permit/endorsement-writer.ts';
import type { MrzKey } from '../../devices/permit/mrz.ts';
import type { MrzSource } from '../../devices/permit/mrz-source.ts';
import type { Permit, PermitReadOptions } from '../../devices/permit/read-permit.ts';
import type { PortraitCamera } from '../../devices/portrait-camera/interface.ts';
import type { ReceiptPrinter } from '../../devices/receipt-printer/interface.ts';
import type { Bureau, GrantedEndorsement } from '../bureau/port.ts';
import type { TerminalConfig } from '../config/schema.ts';
import type { ApplicantEvent, ApplicantEventType } from '../contract/events.ts';
import type { Language, Message } from '../contract/message.ts';
import type { EndorsementOption, Place, View } from '../contract/views.ts';
import type { Journal } from '../journal/journal.ts';
import type { Payments } from '../payments/port.ts';
import type { PrintedMatter } from '../print/printed-matter.ts';
import type { PlaceOptions } from '../rules/eligibility.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { Clock } from './clock.ts';

/** Why a step was stopped from outside. */
export type Interruption =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'deviceLost'; readonly device: DeviceKind }
  | { readonly kind: 'shutdown' };

/** Thrown by `screen.ask` when the step is interrupted; steps let it pass, or catch it to put the world right first. */
export class Interrupted extends Error {
  readonly interruption: Interruption;
  constructor(interruption: Interruption) {
    super(`interrupted: ${interruption.kind}`);
    this.interruption = interruption;
  }
}

export interface AskOptions {
  /** Answers `timeOut` after this. */
  readonly timeoutMs?: number;
  /** Seconds without touch before the idle warning on this view, instead of the step's. */
  readonly idleSeconds?: number;
}

export interface Screen {
  show(view: View): void;
  /**
   * Shows the view and waits for one of these events on it; the back button is offered where `back` is among
   * them. `superseded`: another view was shown meanwhile.
   * Rejects with `Interrupted`.
   */
  ask<T extends ApplicantEventType>(
    view: View,
    events: readonly T[],
    options?: AskOptions,
  ): Promise<
    Extract<ApplicantEvent, { type: T }> | { readonly type: 'timeOut' } | { readonly type: 'superseded' }
  >;
  readonly language: Language;
}

/** The money of the case as the journal and the payment provider know it. */
export type Money =
  | { readonly state: 'none' }
  | { readonly state: 'paid'; readonly fen: number; readonly orderNumber: string }
  | { readonly state: 'refunded'; readonly fen: number }
  /** A refund is owed and queued, but the provider has not confirmed it. */
  | { readonly state: 'refundOwed'; readonly fen: number }
  /** The provider cannot be asked whether the order was paid; whatever came will be refunded. */
  | { readonly state: 'unknown'; readonly orderNumber: string };

export type DocumentPlace = 'withApplicant' | 'inside' | 'returned' | 'retained' | 'stuck';

/** What is known of the case under way. Lives in memory only, and is dropped at the end of the session. */
export interface CaseFile {
  readonly id: string;
  document: DocumentPlace;
  money: Money;
  connection: CardConnection | null;
  permit: Permit | null;
  mrzKey: MrzKey | null;
  faceSimilarity: number | null;
  options: readonly PlaceOptions[];
  places: readonly Place[];
  chosen: Partial<Record<Place, Extract<EndorsementOption, { allowed: true }>>>;
  applicationNumber: string | null;
  granted: readonly GrantedEndorsement[];
  /** Endorsements the card has already and keeps: they stand on its back beside the new ones. */
  kept: readonly GrantedEndorsement[];
  feeFen: number;
  orderNumber: string | null;
  /** The open `takePayment` intent: settled once the endorsement is on the chip, or the money back. */
  paymentIntent: string | null;
  chipWritten: boolean;
  backPrinted: boolean;
  slipNumber: string | null;
  /** A slip was printed, or could not be; it is tried once. */
  slipTried: boolean;
  rating: number | null;
}

/** How a service ended, apart from document and money, which are read off the case when it is over. */
export interface Outcome {
  readonly id: string;
  readonly tone: 'success' | 'warning' | 'error';
  readonly title: Message;
  readonly detail: Message;
  readonly application: Message;
  readonly next: Message;
  /** A slip is worth printing for it. */
  readonly slip: boolean;
  /** The rule that stopped the applicant, for the journal. */
  readonly rule?: string;
}

export type StepResult =
  | { readonly go: 'next' }
  | { readonly go: 'back' }
  | { readonly go: 'to'; readonly step: string }
  | { readonly go: 'end'; readonly outcome: Outcome };

/** What a step says of one reading; whom to trust, the day and the randomness are the terminal's. */
export type ReadOptions = Omit<PermitReadOptions, 'trust' | 'now' | 'random'>;

export interface Devices {
  readonly cardReader: CardReader;
  /** `null`: the machine has no optical reader, and the applicant types the line. */
  readonly mrz: MrzSource | null;
  readonly portraitCamera: PortraitCamera;
  readonly endorsementPrinter: EndorsementPrinter;
  readonly receiptPrinter: ReceiptPrinter;
  readPermit(connection: CardConnection, key: MrzKey, options: ReadOptions): Promise<DeviceResult<Permit>>;
  readonly endorsementWriter: EndorsementWriter;
}

export interface StepContext {
  readonly case: CaseFile;
  /** What every journal entry of the session carries. */
  readonly ids: { readonly sessionId: string; readonly caseId: string };
  readonly screen: Screen;
  readonly devices: Devices;
  readonly bureau: Bureau;
  readonly payments: Payments;
  readonly journal: Journal;
  readonly rules: RuleSet;
  readonly print: PrintedMatter;
  readonly config: TerminalConfig;
  readonly clock: Clock;
  /** Set only while the steps of `always` run: how the service ended. */
  readonly outcome: Outcome | null;
  /** Aborted with an `Interruption` as reason. */
  readonly signal: AbortSignal;
}

export interface Step {
  readonly id: string;
  /** Not counted or named in the progress bar. */
  readonly hidden?: boolean;
  /** `false`: leaving and idling are off while it runs, because something irreversible is under way. */
  readonly interruptible?: boolean;
  /** Seconds without touch before the idle warning; default from config. `null`: never, the machine is busy. */
  readonly idleSeconds?: number | null;
  /** Losing one of these while the step runs interrupts it. */
  readonly uses?: readonly DeviceKind[];
  when?(context: StepContext): boolean;
  run(context: StepContext): Promise<StepResult>;
}

export interface Service {
  readonly id: string;
  readonly minutes: number;
  readonly needs: readonly DeviceKind[];
  readonly steps: readonly Step[];
  /** Run in order however the service ends. */
  readonly always: readonly Step[];
  /** How it ends when every step has answered `next`. */
  completed(context: StepContext): Outcome;
}
