import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceKind } from '../../../devices/device.ts';
import { emptyCase } from '../../../main/session/case-file.ts';
import { runService } from '../../../main/session/run-service.ts';
import type { Service, Step, StepContext, StepResult } from '../../../main/session/step.ts';
import { completed } from '../../../main/steps/outcomes.ts';
import { type Hall, openHall } from '../../flows/hall.ts';

let hall: Hall;
let order: string[];
let bugs: { step: string; error: unknown }[];
let loseDevice: (device: DeviceKind) => void;
let shutdown: AbortController;

beforeEach(async () => {
  hall = await openHall({ closed: true });
  order = [];
  bugs = [];
  loseDevice = () => {};
  shutdown = new AbortController();
});
afterEach(() => hall.close());

const step = (
  id: string,
  run: (context: StepContext) => Promise<StepResult>,
  more: Partial<Step> = {},
): Step => ({
  id,
  ...more,
  run: (context) => {
    order.push(id);
    return run(context);
  },
});
const next = async (): Promise<StepResult> => ({ go: 'next' });
const waits = async ({ screen }: StepContext): Promise<StepResult> => {
  await screen.ask({ kind: 'consent' }, ['proceed']);
  return { go: 'next' };
};

function run(steps: readonly Step[], always: readonly Step[] = []) {
  const service: Service = { id: 'test', minutes: 1, needs: [], steps, always, completed: () => completed };
  return runService({
    service,
    screen: hall.terminal.screen,
    context: {
      ...hall.context,
      case: emptyCase('case-1'),
      ids: { sessionId: 'session-1', caseId: 'case-1' },
    },
    onDeviceLost: (listener) => {
      loseDevice = listener;
      return () => {};
    },
    shutdown: shutdown.signal,
    onBug: (where, error) => bugs.push({ step: where, error }),
  });
}

/** Resolves once the screen asks something. */
const asked = async () => {
  while (hall.terminal.screen.current().view.kind !== 'consent')
    await new Promise((resolve) => setImmediate(resolve));
};

describe('running a service', () => {
  it('goes through the steps in order and ends as the service says', async () => {
    const outcome = await run([step('a', next), step('b', next)], [step('z', next)]);
    expect(outcome.id).toBe('completed');
    expect(order).toEqual(['a', 'b', 'z']);
  });

  it('leaves out a step whose condition does not hold, also on the way back', async () => {
    let back = true;
    const outcome = await run([
      step('a', next),
      step('b', next, { when: () => false }),
      step('c', async () => {
        const answer: StepResult = back ? { go: 'back' } : { go: 'next' };
        back = false;
        return answer;
      }),
    ]);
    expect(outcome.id).toBe('completed');
    expect(order).toEqual(['a', 'c', 'a', 'c']);
  });

  it('goes where a step says, and back out of the first step means leaving', async () => {
    let jumped = false;
    await run([
      step('a', next),
      step('b', async () => {
        if (jumped) return { go: 'next' };
        jumped = true;
        return { go: 'to', step: 'a' };
      }),
    ]);
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect((await run([step('first', async () => ({ go: 'back' }))])).id).toBe('cancelled');
  });

  it('turns a bug in a step into an ending, and still does what must always be done', async () => {
    const outcome = await run(
      [
        step('a', async () => {
          throw new TypeError('nobody foresaw this');
        }),
      ],
      [step('z', next)],
    );
    expect(outcome.id).toBe('bug');
    expect(order).toEqual(['a', 'z']);
    expect(bugs.map(({ step: where }) => where)).toEqual(['a']);
  });

  it('goes on with what must always be done when that has a bug itself', async () => {
    const broken = step('y', async () => {
      throw new TypeError('nor this');
    });
    const outcome = await run([step('a', next)], [broken, step('z', next)]);
    expect(outcome.id).toBe('completed');
    expect(order).toEqual(['a', 'y', 'z']);
  });

  it.each([
    [
      'cancelled',
      () => {
        hall.terminal.screen.handle({ type: 'leave' });
        hall.terminal.screen.handle({ type: 'confirmLeave' });
      },
    ],
    ['deviceLost', () => loseDevice('cardReader')],
    ['shutdown', () => shutdown.abort()],
    ['idle', () => {}],
  ] as const)('ends as %s when that stops a step', async (id, stop) => {
    const running = run([step('a', waits, { uses: ['cardReader'] })], [step('z', next)]);
    await asked();
    stop();
    expect((await running).id).toBe(id);
    expect(order).toEqual(['a', 'z']);
  });

  it('lets nothing stop a step that must not be stopped', async () => {
    const running = run([step('a', waits, { interruptible: false, uses: ['cardReader'] })]);
    await asked();
    const { screen } = hall.terminal;
    expect(screen.current().canLeave).toBe(false);
    screen.handle({ type: 'leave' });
    screen.handle({ type: 'confirmLeave' });
    loseDevice('cardReader');
    shutdown.abort();
    screen.handle({ type: 'proceed', viewId: screen.current().viewId });
    expect((await running).id).toBe('completed');
  });

  it('does not mind a lost device the step does not use', async () => {
    const running = run([step('a', waits, { uses: ['cardReader'] })]);
    await asked();
    loseDevice('receiptPrinter');
    const { screen } = hall.terminal;
    screen.handle({ type: 'proceed', viewId: screen.current().viewId });
    expect((await running).id).toBe('completed');
  });

  it('counts only the steps an applicant takes part in, and journals each boundary', async () => {
    const seen: (string | undefined)[] = [];
    const look = async ({ screen }: StepContext): Promise<StepResult> => {
      screen.show({ kind: 'waiting', for: 'eligibility', progress: null, since: 0 });
      const { progress } = hall.terminal.screen.current();
      seen.push(progress ? `${progress.step} ${progress.number}/${progress.of}` : undefined);
      return { go: 'next' };
    };
    await run([step('a', look), step('b', look, { hidden: true }), step('c', look)]);
    expect(seen).toEqual(['a 1/2', 'a 1/2', 'c 2/2']);
    expect(hall.entries('step-leave').map(({ clear }) => clear.step)).toEqual(['a', 'b', 'c']);
  });
});
