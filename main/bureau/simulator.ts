/** The bureau embedded in the terminal, for simulation: the port over a desk of its own, with faults on the line. */
import { fail, type Result } from '../../devices/result.ts';
import type { RegionMode, RuleSet } from '../rules/rule-set.ts';
import type { Clock } from '../session/clock.ts';
import { applicationSchema, holderQuerySchema, issuedSchema, requestIdSchema } from './messages.ts';
import type {
  Bureau,
  BureauError,
  BureauErrorCode,
  BureauResult,
  CallOptions,
  HolderRecord,
} from './port.ts';
import { type BureauDesk, createBureauDesk, type DeskRefusal } from './simulator-desk.ts';
import { type BureauFaults, type BureauOperation, createBureauFaults } from './simulator-faults.ts';
import { openBureauStore, type SimulatedHolder } from './simulator-store.ts';

export type { BureauFault, BureauFaultKind, BureauFaults } from './simulator-faults.ts';
export { bureauFaultKinds } from './simulator-faults.ts';

export interface BureauSimulatorSettings {
  /** Whom the bureau knows; one without a record it does not know. */
  readonly holders: readonly (Omit<SimulatedHolder, 'record'> & { readonly record: HolderRecord | null })[];
  readonly rules: RuleSet;
  readonly clock: Clock;
  /** GB/T 2260 code of the bureau's place. */
  readonly division: string;
  /** Forces the region rule instead of the rule set's own dates. */
  readonly regionMode?: RegionMode;
  /** Milliseconds from submission to decision; 1500 when left out. */
  readonly decisionDelayMs?: number;
  /** A file that keeps what was issued over restarts; in memory when left out. */
  readonly path?: string;
}

export interface BureauSimulator {
  readonly bureau: Bureau;
  /** The desk without the line, for a server that brings its own. */
  readonly desk: BureauDesk;
  readonly faults: BureauFaults;
  close(): void;
}

export function createBureauSimulator(settings: BureauSimulatorSettings): BureauSimulator {
  const { clock } = settings;
  const store = openBureauStore(settings.path ?? ':memory:');
  store.seed(settings.holders.flatMap(({ record, ...holder }) => (record ? [{ ...holder, record }] : [])));
  const faults = createBureauFaults();
  const desk = createBureauDesk({
    store,
    rules: settings.rules,
    clock,
    division: settings.division,
    ...(settings.regionMode ? { regionMode: settings.regionMode } : {}),
    decisionDelayMs: settings.decisionDelayMs ?? 1500,
    decisionFault: faults.decisionFault,
  });

  const call = async <T>(
    operation: BureauOperation,
    { timeoutMs, signal }: CallOptions,
    work: () => Result<T, DeskRefusal>,
  ): BureauResult<T> => {
    if (signal.aborted) return failed('canceled');
    const { slowMs, line } = faults.onRequest(operation);
    if (slowMs > 0 || line === 'timeOut') {
      const wait = line === 'timeOut' ? timeoutMs : Math.min(slowMs, timeoutMs);
      await clock.sleep(wait, signal);
      if (signal.aborted) return failed('canceled');
      if (wait >= timeoutMs) return failed('timeOut');
    }
    if (line === 'unreachable' || line === 'invalidAnswer' || line === 'notAuthorised') return failed(line);
    const result = work();
    if (operation === 'submit' && result.ok) faults.submitted();
    if (line === 'answerLost') {
      await clock.sleep(timeoutMs, signal);
      return failed(signal.aborted ? 'canceled' : 'timeOut');
    }
    return result;
  };

  const checked = <T>(valid: boolean, work: () => Result<T, DeskRefusal>): Result<T, DeskRefusal> =>
    valid ? work() : malformed;
  const isRequestId = (text: string) => requestIdSchema.safeParse(text).success;

  const bureau: Bureau = {
    holder: (documentNumber, options) =>
      call('holder', options, () =>
        checked(holderQuerySchema.safeParse({ documentNumber }).success, () => desk.holder(documentNumber)),
      ),
    submit: (application, requestId, options) =>
      call('submit', options, () =>
        checked(applicationSchema.safeParse(application).success && isRequestId(requestId), () =>
          desk.submit(application, requestId),
        ),
      ),
    decision: (applicationNumber, options) =>
      call('decision', options, () => desk.decision(applicationNumber)),
    release: (applicationNumber, why, requestId, options) =>
      call('release', options, () =>
        checked(isRequestId(requestId), () => desk.release(applicationNumber, why, requestId)),
      ),
    reportIssued: (applicationNumber, { orderNumber, backPrinted }, requestId, options) =>
      call('reportIssued', options, () =>
        checked(isRequestId(requestId) && issuedSchema.safeParse({ orderNumber, backPrinted }).success, () =>
          desk.reportIssued(applicationNumber, { orderNumber, backPrinted }, requestId),
        ),
      ),
    time: (options) => call('time', options, () => ({ ok: true, value: desk.time() })),
  };

  return {
    bureau,
    desk,
    faults,
    close() {
      store.close();
    },
  };
}

const malformed = fail<DeskRefusal>({
  code: 'refused',
  message: 'The request is not as the interface says.',
});

const failureTexts = {
  canceled: 'The call was given up.',
  timeOut: 'The bureau did not answer in time.',
  unreachable: 'The bureau cannot be reached.',
  invalidAnswer: 'The bureau answered something its interface does not allow.',
  notAuthorised: 'The bureau does not accept this terminal.',
} satisfies Partial<Record<BureauErrorCode, string>>;

const failed = (code: keyof typeof failureTexts): Result<never, BureauError> =>
  fail({ code, message: failureTexts[code] });
