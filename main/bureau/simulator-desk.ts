/**
 * What the simulated bureau does with a request, behind whichever line it came in by. It trusts no terminal: every
 * application is checked again by the rules against its own records.
 */
import { fail, ok, type Result } from '../../devices/result.ts';
import type { Place } from '../contract/views.ts';
import { eligibility, endorsementOptions, regionOn } from '../rules/eligibility.ts';
import { endorsementFee } from '../rules/fees.ts';
import type { RegionMode, RuleSet } from '../rules/rule-set.ts';
import { validUntil } from '../rules/validity.ts';
import type { Clock } from '../session/clock.ts';
import type { IssuedReport, ReleaseWhy } from './messages.ts';
import type { Decision, EndorsementApplication, HolderRecord } from './port.ts';
import type { BureauStore, SimulatedHolder, StoredApplication } from './simulator-store.ts';

export interface DeskRefusal {
  readonly code: 'notFound' | 'refused';
  readonly message: string;
}
type DeskResult<T> = Result<T, DeskRefusal>;

/** Makes the next decisions other than the rules would. */
export type DecisionFault = 'deniedNotEligible' | 'deniedSeeCounter' | 'neverDecides';

export interface DeskSettings {
  readonly store: BureauStore;
  readonly rules: RuleSet;
  readonly clock: Clock;
  /** GB/T 2260 code of the bureau's place; its first two digits are the province of the region rule. */
  readonly division: string;
  /** Forces the region rule instead of the rule set's own dates. */
  readonly regionMode?: RegionMode;
  /** Milliseconds from submission to decision. */
  readonly decisionDelayMs: number;
  readonly decisionFault: () => DecisionFault | null;
}

export interface BureauDesk {
  holder(documentNumber: string): DeskResult<HolderRecord>;
  submit(
    application: EndorsementApplication,
    requestId: string,
  ): DeskResult<{ readonly applicationNumber: string }>;
  decision(applicationNumber: string): DeskResult<Decision>;
  release(applicationNumber: string, why: ReleaseWhy, requestId: string): DeskResult<void>;
  reportIssued(applicationNumber: string, issued: IssuedReport, requestId: string): DeskResult<void>;
  /** Epoch milliseconds. */
  time(): number;
}

const notFound = (message: string) => fail<DeskRefusal>({ code: 'notFound', message });
const refused = (message: string) => fail<DeskRefusal>({ code: 'refused', message });
const done: Result<void, never> = ok(undefined);

export function createBureauDesk(settings: DeskSettings): BureauDesk {
  const { store, rules, clock, division, decisionDelayMs } = settings;

  /** The record as a terminal gets it: an open application is in process. */
  const recordOf = (holder: SimulatedHolder, leavingOut?: string): HolderRecord => {
    const open = store
      .openApplications(holder.documentNumber)
      .some((each) => each.number !== leavingOut && each.decision?.state !== 'denied');
    const { record } = holder;
    return open && !record.inProcess.includes('102')
      ? { ...record, inProcess: [...record.inProcess, '102'] }
      : record;
  };

  const decide = (stored: StoredApplication): Decision => {
    const { application, number } = stored;
    const holder = store.holder(application.documentNumber);
    const fault = settings.decisionFault();
    const seeCounter: Decision = { state: 'denied', reason: 'seeCounter' };
    const notEligible: Decision = { state: 'denied', reason: 'notEligible' };
    if (!holder || fault === 'deniedSeeCounter' || holder.bureauDecides === 'seeCounter') return seeCounter;
    if (fault === 'deniedNotEligible' || holder.bureauDecides === 'notEligible') return notEligible;
    if (application.nameChinese !== holder.nameChinese || application.dateOfBirth !== holder.dateOfBirth) {
      return seeCounter;
    }
    if (!application.declaredNotFunctionary) return seeCounter;
    const today = clock.today();
    const input = {
      today,
      permit: {
        documentNumber: holder.documentNumber,
        documentType: holder.documentType,
        dateOfBirth: holder.dateOfBirth,
        dateOfExpiry: holder.dateOfExpiry,
        // Chip and printed line were judged where the card was.
        authenticity: 'genuine' as const,
        mrzAgrees: true,
      },
      record: recordOf(holder, number),
      region: regionOn(rules, today, division.slice(0, 2), settings.regionMode),
    };
    const verdict = eligibility(rules, input);
    // A hold is not to be told from other things a clerk would look into.
    if (!verdict.allowed) return verdict.gate === 'hold' ? seeCounter : notEligible;
    const offered = endorsementOptions(rules, input);
    const isOffered = (place: Place, type: string, count: string) =>
      offered.some(
        (each) =>
          each.place === place &&
          each.options.some((option) => option.allowed && option.type === type && option.count === count),
      );
    if (!application.endorsements.every((each) => isOffered(each.place, each.type, each.count)))
      return notEligible;
    return {
      state: 'approved',
      endorsements: application.endorsements.map((each) => ({
        ...each,
        validFrom: today,
        validUntil: validUntil(each.count, today),
        remarks: '',
        issuingAuthority: `${division}000000`,
      })),
      feeFen: application.endorsements.reduce(
        (sum, { count }) => sum + endorsementFee(rules, count, stored.submittedOn),
        0,
      ),
    };
  };

  /** Runs `work` once per request id; the same id for something else is refused. */
  const once = (requestId: string, content: unknown, work: () => DeskResult<void>): DeskResult<void> =>
    store.atomically(() => {
      const text = JSON.stringify(content);
      const before = store.request(requestId);
      if (before !== null) {
        return before === text ? done : refused('The request id was used for another request.');
      }
      const result = work();
      if (result.ok) store.addRequest(requestId, text);
      return result;
    });

  return {
    holder(documentNumber) {
      const holder = store.holder(documentNumber);
      return holder ? ok(recordOf(holder)) : notFound('No document of this number is on record.');
    },
    submit(application, requestId) {
      return store.atomically(() => {
        const before = store.application({ requestId });
        if (before) {
          return sameApplication(before.application, application)
            ? ok({ applicationNumber: before.number })
            : refused('The request id was used for another application.');
        }
        if (store.request(requestId) !== null) return refused('The request id was used for another request.');
        if (!store.holder(application.documentNumber))
          return notFound('No document of this number is on record.');
        const submittedOn = clock.today();
        const { number } = store.addApplication(
          { requestId, application, submittedAt: clock.now(), submittedOn },
          (sequence) => `${division}${submittedOn.slice(2, 4)}${String(sequence).padStart(7, '0')}`,
        );
        return ok({ applicationNumber: number });
      });
    },
    decision(applicationNumber) {
      return store.atomically(() => {
        const stored = store.application({ number: applicationNumber });
        if (!stored) return notFound('No application of this number is on record.');
        if (stored.state === 'released') return ok<Decision>({ state: 'released' });
        if (stored.decision) return ok(stored.decision);
        const waiting = clock.now() < stored.submittedAt + decisionDelayMs;
        if (waiting || settings.decisionFault() === 'neverDecides') return ok<Decision>({ state: 'pending' });
        const decision = decide(stored);
        store.decide(stored.number, decision);
        return ok(decision);
      });
    },
    release(applicationNumber, why, requestId) {
      return once(requestId, { release: applicationNumber, why }, () => {
        const stored = store.application({ number: applicationNumber });
        if (!stored) return notFound('No application of this number is on record.');
        if (stored.state === 'issued')
          return refused('The application has been issued and cannot be given up.');
        store.setState(stored.number, 'released');
        return done;
      });
    },
    reportIssued(applicationNumber, issued, requestId) {
      const { orderNumber, backPrinted } = issued;
      return once(requestId, { issued: applicationNumber, orderNumber, backPrinted }, () => {
        const stored = store.application({ number: applicationNumber });
        if (!stored) return notFound('No application of this number is on record.');
        if (stored.state === 'issued') return refused('The application has been issued already.');
        if (stored.state === 'released') return refused('The application has been given up.');
        if (stored.decision?.state !== 'approved') return refused('The application has not been approved.');
        for (const { place, type, count, validFrom, validUntil: until } of stored.decision.endorsements) {
          store.addEndorsement(stored.application.documentNumber, {
            place,
            type,
            count,
            issuedOn: validFrom,
            validUntil: until,
            entriesUsed: 0,
          });
        }
        store.setState(stored.number, 'issued');
        return done;
      });
    },
    time: () => clock.now(),
  };
}

/** Whether two applications say the same, in whatever order their fields came. */
function sameApplication(a: EndorsementApplication, b: EndorsementApplication): boolean {
  const text = (each: EndorsementApplication) =>
    JSON.stringify([
      each.documentNumber,
      each.nameChinese,
      each.dateOfBirth,
      each.endorsements.map(({ place, type, count }) => [place, type, count]),
      each.declaredNotFunctionary,
      each.faceSimilarity,
      each.terminalId,
    ]);
  return text(a) === text(b);
}
