/**
 * Runs one service for one applicant: the steps in order, back and leaving, the journal entry at each boundary,
 * and what must happen however it ends.
 */
import type { DeviceKind } from '../../devices/device.ts';
import { stoppedOutcome } from '../steps/outcomes.ts';
import type { ApplicantScreen } from './applicant-screen.ts';
import {
  Interrupted,
  type Interruption,
  type Outcome,
  type Service,
  type Step,
  type StepContext,
  type StepResult,
} from './step.ts';

export interface RunOptions {
  readonly service: Service;
  readonly screen: ApplicantScreen;
  /** The context of the session; the runner adds the screen, the signal and the outcome. */
  readonly context: Omit<StepContext, 'screen' | 'signal' | 'outcome'>;
  /** Tells of a device that has gone; answers how to stop listening. */
  readonly onDeviceLost: (listener: (device: DeviceKind) => void) => () => void;
  /** Aborted when the terminal is asked to stop. */
  readonly shutdown: AbortSignal;
  /** A bug in a step: the message goes to the technician's log, the applicant to the ending. */
  readonly onBug: (step: string, error: unknown) => void;
}

export async function runService(options: RunOptions): Promise<Outcome> {
  const { service, screen, context } = options;
  const { journal, clock, config } = context;
  const shown = service.steps.filter((step) => !step.hidden);
  const visits = new Map<string, number>();

  const runStep = async (step: Step, outcome: Outcome | null): Promise<StepResult | Interruption> => {
    const controller = new AbortController();
    const interrupt = (reason: Interruption) => controller.abort(reason);
    const interruptible = outcome === null && step.interruptible !== false;
    const onShutdown = () => interrupt({ kind: 'shutdown' });
    if (interruptible) {
      if (options.shutdown.aborted) onShutdown();
      options.shutdown.addEventListener('abort', onShutdown, { once: true });
    }
    const stopWatching = options.onDeviceLost((device) => {
      if (interruptible && step.uses?.includes(device)) interrupt({ kind: 'deviceLost', device });
    });
    const number = shown.indexOf(step) + 1;
    screen.enter({
      progress:
        number > 0 && outcome === null
          ? { service: service.id, step: step.id, number, of: shown.length }
          : screen.current().progress,
      canLeave: interruptible,
      idleSeconds:
        !interruptible || step.idleSeconds === null
          ? null
          : (step.idleSeconds ?? config.timeouts.idleSeconds),
      signal: controller.signal,
      interrupt,
      paidFen: () => (context.case.money.state === 'paid' ? context.case.money.fen : 0),
    });
    const visit = (visits.get(step.id) ?? 0) + 1;
    visits.set(step.id, visit);
    const { ids } = context;
    journal.append({ event: 'step-enter', outcome: 'n/a', ...ids, clear: { step: step.id, visit } });
    const began = clock.monotonic();
    let answer: StepResult | Interruption;
    try {
      answer = await step.run({ ...context, screen, signal: controller.signal, outcome });
    } catch (error) {
      if (error instanceof Interrupted) {
        answer = error.interruption;
      } else {
        options.onBug(step.id, error);
        answer = { go: 'end', outcome: stoppedOutcome({ kind: 'bug' }) };
      }
    } finally {
      options.shutdown.removeEventListener('abort', onShutdown);
      stopWatching();
    }
    journal.append({
      event: 'step-leave',
      outcome: 'kind' in answer || answer.go === 'end' ? 'failure' : 'success',
      ...ids,
      clear: {
        step: step.id,
        answer: 'kind' in answer ? answer.kind : answer.go,
        ...('go' in answer && answer.go === 'to' ? { target: answer.step } : {}),
        durationMs: clock.monotonic() - began,
      },
    });
    return answer;
  };

  const passes = (step: Step) =>
    step.when?.({ ...context, screen, signal: options.shutdown, outcome: null }) ?? true;

  let outcome: Outcome | null = null;
  let index = 0;
  while (outcome === null) {
    const step = service.steps[index];
    if (step === undefined) {
      outcome = service.completed({ ...context, screen, signal: options.shutdown, outcome: null });
      break;
    }
    if (!passes(step)) {
      index += 1;
      continue;
    }
    const answer = await runStep(step, null);
    if ('kind' in answer) {
      outcome = stoppedOutcome(answer);
    } else if (answer.go === 'end') {
      outcome = answer.outcome;
    } else if (answer.go === 'next') {
      index += 1;
    } else if (answer.go === 'to') {
      index = service.steps.findIndex((candidate) => candidate.id === answer.step);
      if (index < 0)
        throw new Error(`step ${step.id} goes to ${answer.step}, which ${service.id} does not have`);
    } else {
      do index -= 1;
      while (index > 0 && !passes(service.steps[index] ?? step));
      if (index < 0) outcome = stoppedOutcome({ kind: 'cancelled' });
    }
  }
  for (const step of service.always) await runStep(step, outcome);
  return outcome;
}
