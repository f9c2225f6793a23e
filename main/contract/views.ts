/**
 * What the applicant screen can show. Main sends exactly one view at a time inside a `Screenful`; the renderer
 * has exactly one component per `View['kind']`.
 */
import type { Language, Message } from './message.ts';

/** A document's place of validity, ISO 3166-1 alpha-3 as printed on the permit. */
export type Place = 'HKG' | 'MAC';
/** Endorsement type letter (签注种类): L group travel, G individual, T family, S business, Q other, D stay, R talent. */
export type EndorsementType = 'L' | 'G' | 'T' | 'S' | 'Q' | 'D' | 'R';
/** Period and number of entries, `3M1` = three months once, `1Y9` = one year multiple. */
export type EndorsementCount = '3M1' | '3M2' | '3M9' | '1Y1' | '1Y2' | '1Y9';

export type MenuItem = {
  readonly service: string;
  /** Typical duration in minutes. */
  readonly minutes: number;
} & ({ readonly available: true } | { readonly available: false; readonly reason: Message });

export type EndorsementOption = {
  readonly id: string;
  readonly type: EndorsementType;
  readonly count: EndorsementCount;
} & (
  | {
      readonly allowed: true;
      /** `YYYY-MM-DD`, the last day it can be used. */
      readonly validUntil: string;
      readonly stayDays: number;
      readonly feeFen: number;
    }
  | { readonly allowed: false; readonly reason: Message }
);

export interface CheckRow {
  readonly label: Message;
  readonly value: Message;
  /** Present where the applicant may change this line. */
  readonly change?: string;
  readonly strong?: boolean;
}

export type WaitingFor =
  | 'eligibility'
  | 'submission'
  | 'decision'
  | 'payment'
  | 'cancellation'
  | 'chipWriting'
  | 'backPrinting'
  | 'cardReturn'
  | 'slip'
  | 'refund';

export type View =
  | { readonly kind: 'attract'; readonly services: readonly string[]; readonly outOfService: Message | null }
  | { readonly kind: 'menu'; readonly items: readonly MenuItem[] }
  | { readonly kind: 'consent' }
  | {
      readonly kind: 'insertPermit';
      /** What went wrong the time before, in plain words. */
      readonly problem: Message | null;
    }
  | {
      readonly kind: 'mrzEntry';
      /** Which part of the typed line is wrong; nothing typed is lost by showing it. */
      readonly problem: { readonly part: MrzPart; readonly message: Message } | null;
    }
  | { readonly kind: 'readingPermit'; readonly fraction: number }
  | {
      readonly kind: 'faceCheck';
      readonly phase: 'ready' | 'looking' | 'notMatched';
      readonly triesLeft: number;
      readonly hint: Message | null;
    }
  | {
      readonly kind: 'choosePlaces';
      readonly places: readonly ({ readonly place: Place } & (
        | { readonly allowed: true; readonly fromFen: number }
        | { readonly allowed: false; readonly reason: Message }
      ))[];
      readonly selected: readonly Place[];
    }
  | {
      readonly kind: 'chooseEndorsement';
      readonly place: Place;
      readonly options: readonly EndorsementOption[];
      readonly selected: string | null;
    }
  | { readonly kind: 'checkAnswers'; readonly rows: readonly CheckRow[]; readonly feeFen: number }
  | {
      readonly kind: 'waiting';
      readonly for: WaitingFor;
      /** Counted work, `null` when it cannot be counted. */
      readonly progress: { readonly done: number; readonly total: number } | null;
      /** Epoch milliseconds at which the wait began. */
      readonly since: number;
    }
  | {
      readonly kind: 'pay';
      readonly amountFen: number;
      readonly orderNumber: string;
      /** Text of the QR code both wallets understand. */
      readonly codeText: string;
      /** Epoch milliseconds at which the order closes by itself. */
      readonly deadline: number;
      readonly seconds: number;
    }
  | {
      readonly kind: 'takePermit';
      readonly deadline: number;
      readonly seconds: number;
      readonly succeeded: boolean;
    }
  | { readonly kind: 'rate' }
  | {
      readonly kind: 'ending';
      readonly tone: 'success' | 'warning' | 'error';
      readonly title: Message;
      readonly detail: Message;
      readonly document: Message;
      readonly money: Message;
      readonly application: Message;
      readonly next: Message;
      /** Number on the printed slip; `null` when none could be or need be printed. */
      readonly slipNumber: string | null;
      readonly deadline: number;
      readonly seconds: number;
    };

export type ViewKind = View['kind'];

/** Parts of the permit's one printed line, in its order. */
export type MrzPart = 'documentNumber' | 'dateOfExpiry' | 'dateOfBirth' | 'overall';

/** A question laid over the view; it takes the focus. */
export type Dialog =
  | { readonly kind: 'idle'; readonly deadline: number; readonly seconds: number }
  | { readonly kind: 'confirmLeave'; readonly paidFen: number }
  | { readonly kind: 'staffCalled' };

export interface Preferences {
  readonly language: Language;
  readonly largeText: boolean;
  readonly highContrast: boolean;
  readonly lowReach: boolean;
}

/** Everything the applicant window needs to draw itself; sent whole each time. */
export interface Screenful {
  /** Grows by one with every new view; an event for another view is dropped. */
  readonly viewId: number;
  readonly view: View;
  readonly dialog: Dialog | null;
  readonly preferences: Preferences;
  readonly hall: {
    readonly nameZh: string;
    readonly nameEn: string;
    readonly counter: string;
    readonly hours: string;
  };
  /** The service under way: its id, the step's id and its number among those the applicant sees. */
  readonly progress: {
    readonly service: string;
    readonly step: string;
    readonly number: number;
    readonly of: number;
  } | null;
  readonly canGoBack: boolean;
  readonly canLeave: boolean;
}
