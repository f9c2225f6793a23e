/** What can be made to go wrong on the line to the simulated bureau and in its decisions. */
import type { Bureau } from './port.ts';
import type { DecisionFault } from './simulator-desk.ts';

export type BureauOperation = keyof Bureau;

export type BureauFault =
  /** No connection. */
  | { readonly kind: 'unreachable' }
  /** Takes the request, does nothing with it and never answers. */
  | { readonly kind: 'timeOut' }
  /** Does what was asked, and the answer is lost. */
  | { readonly kind: 'answerLost' }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Answers what the interface does not allow. */
  | { readonly kind: 'invalidAnswer' }
  /** Does not accept the terminal's certificate. */
  | { readonly kind: 'notAuthorised' }
  /** Takes the application, and cannot be reached from then on. */
  | { readonly kind: 'unreachableAfterSubmit' }
  | { readonly kind: DecisionFault };

export type BureauFaultKind = BureauFault['kind'];
export const bureauFaultKinds = [
  'unreachable',
  'timeOut',
  'answerLost',
  'slow',
  'invalidAnswer',
  'notAuthorised',
  'unreachableAfterSubmit',
  'deniedNotEligible',
  'deniedSeeCounter',
  'neverDecides',
] as const satisfies readonly BureauFaultKind[];

export interface FaultScope {
  /** Only these operations; all when left out. */
  readonly operations?: readonly BureauOperation[];
  /** Only so many times, then the fault clears itself. */
  readonly times?: number;
}

/** What the line does with one request. */
export type LineFault = Exclude<
  BureauFault,
  { kind: DecisionFault } | { kind: 'unreachableAfterSubmit' } | { kind: 'slow' }
>['kind'];

export interface BureauFaults {
  set(fault: BureauFault, scope?: FaultScope): void;
  clear(kind?: BureauFaultKind): void;
  active(): readonly BureauFault[];
  /** Consumes a turn of the faults that meet this request. */
  onRequest(operation: BureauOperation): { readonly slowMs: number; readonly line: LineFault | null };
  /** To be told of every submission that was taken. */
  submitted(): void;
  decisionFault(): DecisionFault | null;
}

export function createBureauFaults(): BureauFaults {
  const faults = new Map<BureauFaultKind, { fault: BureauFault; scope: FaultScope; left: number }>();
  let cutOff = false;

  return {
    set(fault, scope = {}) {
      faults.set(fault.kind, { fault, scope, left: scope.times ?? Number.POSITIVE_INFINITY });
    },
    clear(kind) {
      if (kind === undefined) faults.clear();
      else faults.delete(kind);
      if (!faults.has('unreachableAfterSubmit')) cutOff = false;
    },
    active: () => [...faults.values()].map(({ fault }) => fault),
    onRequest(operation) {
      let slowMs = 0;
      let line: LineFault | null = cutOff ? 'unreachable' : null;
      for (const [kind, entry] of faults) {
        const { fault, scope } = entry;
        if (scope.operations && !scope.operations.includes(operation)) continue;
        switch (fault.kind) {
          case 'slow':
            slowMs += fault.ms;
            break;
          case 'unreachable':
          case 'timeOut':
          case 'answerLost':
          case 'invalidAnswer':
          case 'notAuthorised':
            line ??= fault.kind;
            break;
          default:
            continue;
        }
        entry.left -= 1;
        if (entry.left <= 0) faults.delete(kind);
      }
      return { slowMs, line };
    },
    submitted() {
      cutOff = faults.has('unreachableAfterSubmit');
    },
    decisionFault() {
      const kinds = ['neverDecides', 'deniedNotEligible', 'deniedSeeCounter'] as const;
      return kinds.find((kind) => faults.has(kind)) ?? null;
    },
  };
}
