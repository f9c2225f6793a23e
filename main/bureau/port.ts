/**
 * The exit-entry information system (出入境管理信息系统) as the terminal sees it. Two implementations: the HTTP
 * adapter that follows `assets/bureau-api.yaml`, and the embedded simulator.
 */

import type { Result } from '../../devices/result.ts';
import type { EndorsementCount, EndorsementType, Place } from '../contract/views.ts';

export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type BureauErrorCode =
  /** No answer within the time-out, after the allowed retries. */
  | 'timeOut'
  | 'unreachable'
  /** The bureau answered something that its interface does not allow. */
  | 'invalidAnswer'
  /** The bureau understood and refuses the request itself, e.g. an unknown document or application. */
  | 'notFound'
  | 'refused'
  | 'notAuthorised'
  | 'canceled';

export interface BureauError {
  readonly code: BureauErrorCode;
  /** Plain English for the technician; never personal data. */
  readonly message: string;
}

export type BureauResult<T> = Promise<Result<T, BureauError>>;

/** Document class codes of the national system (sqlb). */
export type DocumentClass = '101' | '102' | '104';

export interface EndorsementOnRecord {
  readonly place: Place;
  readonly type: EndorsementType;
  readonly count: EndorsementCount;
  readonly issuedOn: string;
  readonly validUntil: string;
  readonly entriesUsed: number;
}

/** What the bureau knows of a permit and its holder, as far as a terminal may know it. */
export interface HolderRecord {
  readonly documentNumber: string;
  readonly documentStatus: 'valid' | 'void' | 'reportedLost';
  /** An authority's hold. The ground stays with the bureau. */
  readonly hold: boolean;
  readonly registeredFunctionary: boolean;
  readonly activeServiceman: boolean;
  readonly inProcess: readonly DocumentClass[];
  /** GB/T 2260 code of the place of household registration. */
  readonly householdDivision: string;
  /** GB/T 2260 code of a valid residence permit's place, if any. */
  readonly residenceDivision: string | null;
  /** The employer is on file for business endorsements. */
  readonly businessFiled: boolean;
  readonly endorsements: readonly EndorsementOnRecord[];
}

export interface EndorsementRequested {
  readonly place: Place;
  readonly type: EndorsementType;
  readonly count: EndorsementCount;
}

export interface EndorsementApplication {
  readonly documentNumber: string;
  readonly nameChinese: string;
  readonly dateOfBirth: string;
  readonly endorsements: readonly EndorsementRequested[];
  readonly declaredNotFunctionary: boolean;
  /** Scores of the identity verification (人证核验), never the image. */
  readonly faceSimilarity: number;
  readonly terminalId: string;
}

/** An endorsement as the bureau grants it, to be written and printed as it stands. */
export interface GrantedEndorsement extends EndorsementRequested {
  readonly validFrom: string;
  readonly validUntil: string;
  readonly remarks: string;
  readonly issuingAuthority: string;
}

export type Decision =
  | { readonly state: 'pending' }
  | {
      readonly state: 'approved';
      readonly endorsements: readonly GrantedEndorsement[];
      readonly feeFen: number;
    }
  /** `reason` is the public reason code; texts are in the locales (`outcomes.denied.<reason>`). */
  | { readonly state: 'denied'; readonly reason: 'notEligible' | 'seeCounter' }
  | { readonly state: 'released' };

export interface Bureau {
  holder(documentNumber: string, options: CallOptions): BureauResult<HolderRecord>;
  /** Idempotent by `requestId`: the same id answers the same application number (15 digits). */
  submit(
    application: EndorsementApplication,
    requestId: string,
    options: CallOptions,
  ): BureauResult<{ readonly applicationNumber: string }>;
  decision(applicationNumber: string, options: CallOptions): BureauResult<Decision>;
  /** Gives an application up that will not be paid or could not be written. Idempotent. */
  release(
    applicationNumber: string,
    why: 'cancelled' | 'notPaid' | 'notWritten',
    requestId: string,
    options: CallOptions,
  ): BureauResult<void>;
  /** Reports that the endorsements are on the card. Idempotent. */
  reportIssued(
    applicationNumber: string,
    issued: { readonly orderNumber: string; readonly backPrinted: boolean },
    requestId: string,
    options: CallOptions,
  ): BureauResult<void>;
  /** The bureau's clock, epoch milliseconds. */
  time(options: CallOptions): BureauResult<number>;
}
