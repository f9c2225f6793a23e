/**
 * A whole terminal under plain Node: the composition root over the simulated hall, on a clock that passes by itself,
 * with an applicant who answers each view. Only the camera is not there: Chromium owns it, and test/e2e has it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CameraHost, FaceObservation } from '../../devices/portrait-camera/interface.ts';
import { fail, ok } from '../../devices/result.ts';
import type { Bureau } from '../../main/bureau/port.ts';
import type { TerminalConfig } from '../../main/config/schema.ts';
import { type ApplicantEvent, applicantEventSchema } from '../../main/contract/events.ts';
import type { Screenful, View, ViewKind } from '../../main/contract/views.ts';
import type { Entry } from '../../main/journal/journal.ts';
import { createPrintedMatter } from '../../main/print/index.ts';
import { parseRuleSet, type RuleSet } from '../../main/rules/rule-set.ts';
import type { StepContext } from '../../main/session/step.ts';
import { createWorld, type World } from '../../main/simulation/world.ts';
import { createTerminal, type Terminal } from '../../main/terminal.ts';
import type { PersonalisationFault } from '../../native-mocks/permit/personalise.ts';
import { simulationConfig } from '../session/steps-context.ts';
import { createVirtualClock, type VirtualClock } from '../session/virtual-clock.ts';

const root = resolve(import.meta.dirname, '../..');
export const assets = join(root, 'assets');

export function ruleSet(id: '2018-07' | 'current'): RuleSet {
  const parsed = parseRuleSet(JSON.parse(readFileSync(join(assets, 'rules', `${id}.json`), 'utf8')));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** Noon, so that the day is the same in every time zone of the machine. */
const dayOf = { '2018-07': '2018-07-12T12:00:00', current: '2026-11-23T12:00:00' } as const;

export interface HallOptions {
  readonly rules?: '2018-07' | 'current';
  readonly config?: object;
  /** A folder of an earlier hall: its journal, card unit, bureau and orders are found again. */
  readonly folder?: string;
  /** Journal, orders and cards are kept, so that another hall can be opened on the folder. */
  readonly keep?: boolean;
  readonly now?: number;
  /** The devices are not opened and nobody is served: for tests that run a service of their own. */
  readonly closed?: boolean;
  /** Stands in for the bureau of the simulated hall. */
  readonly bureau?: Bureau;
}

export interface Hall {
  readonly world: World;
  readonly terminal: Terminal;
  readonly clock: VirtualClock;
  readonly config: TerminalConfig;
  readonly folder: string;
  /** What the steps of a service reach, but for screen, signal and case. */
  readonly context: Omit<StepContext, 'screen' | 'signal' | 'outcome' | 'case' | 'ids'>;
  /** Whose face is before the camera. */
  readonly camera: ScriptedCamera;
  /** Entries of the journal with this event. */
  entries(event: string): readonly Entry[];
  /** Ends in order. */
  close(): Promise<void>;
  /** Ends as a power cut would: nothing more is done by this terminal. */
  cutPower(): void;
}

export interface ScriptedCamera extends CameraHost {
  /** The face before the camera; `null`: nobody. */
  stand(before: { readonly portrait: number; readonly spoof: boolean } | null): void;
  lose(): void;
}

/** A camera host at the level of its port: knows who stands there and compares by which portrait the reference is. */
function scriptedCamera(): ScriptedCamera {
  let face: { readonly portrait: number; readonly spoof: boolean } | null = null;
  let reference: Uint8Array | null = null;
  let lost = false;
  const listeners = new Set<(state: 'live' | 'lost') => void>();
  const gone = fail({
    device: 'portraitCamera',
    code: 'cameraInoperable',
    action: 'maintenance',
    message: 'the camera is gone',
  } as const);
  const isOf = (portrait: number) => {
    const name = `${String(portrait).padStart(2, '0')}-document.jpg`;
    return (
      reference !== null &&
      Buffer.compare(readFileSync(join(assets, 'simulation/portraits', name)), reference) === 0
    );
  };
  return {
    stand(before) {
      face = before;
    },
    lose() {
      lost = true;
      for (const listener of listeners) listener('lost');
    },
    async open() {
      return lost ? gone : ok({ label: 'scripted', width: 640, height: 480 });
    },
    async close() {},
    async prepare() {
      return ok(undefined);
    },
    async preview() {},
    async setReference(image) {
      reference = image.bytes;
      return lost ? gone : ok(undefined);
    },
    async clearReference() {
      reference = null;
    },
    async observe() {
      if (lost) return gone;
      await new Promise((resolve) => setImmediate(resolve));
      const seen: FaceObservation =
        face === null
          ? { kind: 'hint', hint: 'noFace' }
          : {
              kind: 'scores',
              scores: {
                similarity: isOf(face.portrait) ? 0.86 : 0.31,
                real: face.spoof ? 0.05 : 0.9,
                live: 0.9,
              },
            };
      return ok(seen);
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export async function openHall(options: HallOptions = {}): Promise<Hall> {
  const rulesId = options.rules ?? 'current';
  const config = simulationConfig({ rules: rulesId, ...options.config });
  const clock = createVirtualClock(options.now ?? new Date(dayOf[rulesId]).getTime());
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'hall-'));
  const rules = ruleSet(rulesId);
  const keep = options.keep ?? false;
  const world = await createWorld({
    config,
    rules,
    clock,
    assets: join(assets, 'simulation'),
    folder: join(folder, 'world'),
    speed: 1,
    keep,
  });
  const camera = scriptedCamera();
  const bugs: unknown[] = [];
  const print = createPrintedMatter({
    assetsDir: assets,
    fontsDir: join(root, 'node_modules/@expo-google-fonts'),
  });
  const created = await createTerminal({
    config,
    version: '0.0.0',
    simulated: true,
    dataDirectory: folder,
    cscaFolder: world.cscaFolder,
    language: 'zh',
    rules,
    natives: world.natives,
    cameraHost: camera,
    bureau: options.bureau ?? world.bureau.bureau,
    payments: world.payments.payments,
    print,
    clock,
    random: (length) => randomBytes(length),
    newId: () => randomUUID(),
    onBug: (step, error) => {
      bugs.push(error);
      console.error(`bug in ${step}`, error);
    },
  });
  if (!created.ok) throw new Error(created.error.message);
  const terminal = created.value;
  const running = options.closed ? Promise.resolve() : terminal.run();
  let over = false;
  const end = () => {
    over = true;
    clock.stop();
    world.close();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  return {
    world,
    terminal,
    clock,
    config,
    folder,
    camera,
    context: {
      devices: terminal.devices,
      bureau: world.bureau.bureau,
      payments: world.payments.payments,
      journal: terminal.journal,
      rules,
      print,
      config,
      clock,
    },
    entries: (event) => [...terminal.journal.entries({ event })],
    async close() {
      if (over) return;
      await terminal.stop('test');
      await running;
      end();
      if (bugs.length > 0) throw bugs[0];
    },
    cutPower() {
      if (over) return;
      clock.stop();
      terminal.journal.close();
      world.close();
      over = true;
    },
  };
}

/** What an applicant does on a view: an event, several hands at the machine, or nothing at all. */
export type Answers = {
  readonly [K in ViewKind]?: (
    view: Extract<View, { kind: K }>,
    act: (event: DistributedOmit<ApplicantEvent, 'viewId'>) => void,
    screenful: Screenful,
  ) => void | Promise<void>;
};
type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What the person at the machine does when nothing goes wrong. */
export function goodApplicant(
  hall: Hall,
  personId: string,
  faults: readonly PersonalisationFault[] = [],
): Answers {
  const { world } = hall;
  const person = world.people.find(({ id }) => id === personId);
  if (!person) throw new Error(`nobody is called ${personId}`);
  return {
    attract: (view, act) => {
      if (view.outOfService === null) act({ type: 'start' });
    },
    menu: (view, act) => {
      if (view.items.some((item) => item.available)) act({ type: 'chooseService', service: 'endorsement' });
    },
    consent: (_view, act) => act({ type: 'proceed' }),
    insertPermit: async () => {
      await world.insertPermit(personId, faults);
    },
    faceCheck: (view, act) => {
      hall.camera.stand(person.live);
      if (view.phase !== 'looking') act({ type: 'proceed' });
    },
    choosePlaces: (view, act) =>
      act({
        type: 'choosePlaces',
        places: view.places.filter((place) => place.allowed).map(({ place }) => place),
      }),
    chooseEndorsement: (view, act) => {
      const option = view.options.find(({ allowed }) => allowed);
      if (option) act({ type: 'chooseOption', option: option.id });
    },
    checkAnswers: (_view, act) => act({ type: 'submit', declared: true }),
    pay: (view) => {
      world.payments.phone.pay(view.orderNumber, 'alipay');
    },
    takePermit: () => {
      world.cardUnit.take();
    },
    rate: (_view, act) => act({ type: 'rate', score: 5 }),
  };
}

/** Events that belong to no view. */
const anywhere: ReadonlySet<ApplicantEvent['type']> = new Set([
  'activity',
  'setLanguage',
  'setLargeText',
  'setHighContrast',
  'setLowReach',
  'callStaff',
  'closeDialog',
  'leave',
  'confirmLeave',
]);

export interface Visit {
  /** Kinds of the views, in order, each once in a row. */
  readonly views: readonly ViewKind[];
  readonly ending: Extract<View, { kind: 'ending' }>;
  readonly outcome: string;
  readonly rule: string | null;
}

/** Lets an applicant go through until the ending, and leaves it. `timeoutMs` real time bounds a test that hangs. */
export function visit(hall: Hall, answers: Answers, timeoutMs = 20_000): Promise<Visit> {
  const { screen } = hall.terminal;
  const views: ViewKind[] = [];
  return new Promise((resolve, reject) => {
    let answered = -1;
    const giveUp = setTimeout(() => {
      stop();
      reject(new Error(`no ending after ${timeoutMs} ms; views so far: ${views.join(' → ')}`));
    }, timeoutMs);
    const look = (screenful: Screenful) => {
      const { view, viewId } = screenful;
      if (viewId === answered) return;
      answered = viewId;
      if (views.at(-1) !== view.kind) views.push(view.kind);
      // The applicant sees the view before answering it.
      queueMicrotask(() => {
        const act = (event: DistributedOmit<ApplicantEvent, 'viewId'>) =>
          screen.handle(applicantEventSchema.parse(anywhere.has(event.type) ? event : { ...event, viewId }));
        if (view.kind === 'ending') {
          clearTimeout(giveUp);
          stop();
          act({ type: 'proceed' });
          const [end] = hall.entries('session-end').slice(-1);
          resolve({
            views,
            ending: view,
            outcome: String(end?.clear.ending),
            rule: typeof end?.clear.reason === 'string' ? end.clear.reason : null,
          });
          return;
        }
        const answer = answers[view.kind] as
          | ((view: View, act_: typeof act, screenful_: Screenful) => void | Promise<void>)
          | undefined;
        void answer?.(view, act, screenful);
      });
    };
    const stop = screen.onScreenful(look);
    // The last applicant's ending may still stand there.
    if (screen.current().view.kind !== 'ending') look(screen.current());
  });
}
