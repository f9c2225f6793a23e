/**
 * What the terminal does from morning to night: waits for somebody, offers what works now, runs the service they
 * choose, shows how it ended, and forgets them.
 */
import type { Device, DeviceKind, DeviceStatus } from '../../devices/device.ts';
import { message } from '../contract/message.ts';
import type { MenuItem } from '../contract/views.ts';
import { endingView } from '../steps/outcomes.ts';
import type { ApplicantScreen } from './applicant-screen.ts';
import { emptyCase } from './case-file.ts';
import { runService } from './run-service.ts';
import { Interrupted, type Outcome, type Service, type StepContext } from './step.ts';

export interface SessionOptions {
  readonly services: readonly Service[];
  readonly devices: readonly Device[];
  /** Each device has been tried once since the start. */
  readonly devicesTried: () => boolean;
  readonly screen: ApplicantScreen;
  readonly context: Omit<StepContext, 'screen' | 'signal' | 'outcome' | 'case' | 'ids'>;
  readonly newId: () => string;
  readonly onBug: (step: string, error: unknown) => void;
  /** Told of every ending, after the applicant has left it. */
  readonly onEnded?: (service: string, outcome: Outcome) => void;
  /** Aborted when the terminal is asked to stop; the service under way ends first. */
  readonly shutdown: AbortSignal;
}

/** Runs until `shutdown`. */
export async function serveApplicants(options: SessionOptions): Promise<void> {
  const { shutdown } = options;
  while (!shutdown.aborted) {
    try {
      options.screen.reset();
      await attract(options);
      const service = await chooseService(options);
      if (service !== null) await serve(options, service);
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  }
}

/** The first device the service needs and does not have; `starting` while it may still come. */
function missingFor(
  service: Service,
  { devices, devicesTried }: SessionOptions,
): DeviceKind | 'starting' | null {
  const missing = service.needs.find(
    (kind) => devices.find((device) => device.kind === kind)?.status().state !== 'online',
  );
  if (missing === undefined) return null;
  return devicesTried() ? missing : 'starting';
}

const menuItems = (options: SessionOptions): readonly MenuItem[] =>
  options.services.map((service) => {
    const missing = missingFor(service, options);
    const item = { service: service.id, minutes: service.minutes };
    return missing === null
      ? { ...item, available: true }
      : { ...item, available: false, reason: message(`outcomes.missing.${missing}`) };
  });

/** Redraws what depends on the devices whenever one of them changes. */
function whileDevicesChange(devices: readonly Device[], redraw: () => void): () => void {
  const stops = devices.map((device) => device.onStatus(redraw));
  return () => {
    for (const stop of stops) stop();
  };
}

function modeOf(controller: AbortController, idleSeconds: number | null) {
  return {
    progress: null,
    canLeave: idleSeconds !== null,
    idleSeconds,
    signal: controller.signal,
    interrupt: (reason: unknown) => controller.abort(reason),
    paidFen: () => 0,
  };
}

async function attract(options: SessionOptions): Promise<void> {
  const { screen, services, devices, shutdown } = options;
  const controller = new AbortController();
  const stop = () => controller.abort({ kind: 'shutdown' });
  shutdown.addEventListener('abort', stop, { once: true });
  if (shutdown.aborted) stop();
  screen.enter(modeOf(controller, null));
  const allOut = () =>
    services.every((service) => {
      const missing = missingFor(service, options);
      return missing !== null && missing !== 'starting';
    });
  let redraw = () => {};
  const unsubscribe = whileDevicesChange(devices, () => redraw());
  try {
    for (;;) {
      const out = allOut();
      redraw = () => {
        if (allOut() !== out) screen.refresh();
      };
      const answer = await screen.ask(
        {
          kind: 'attract',
          services: services.map((service) => service.id),
          outOfService: out ? message('outcomes.outOfService') : null,
        },
        ['start'],
      );
      if (answer.type === 'start') return;
    }
  } finally {
    unsubscribe();
    shutdown.removeEventListener('abort', stop);
  }
}

/** The menu; `null` when nobody chose anything. */
async function chooseService(options: SessionOptions): Promise<Service | null> {
  const { screen, services, devices, shutdown, context } = options;
  const controller = new AbortController();
  const stop = () => controller.abort({ kind: 'shutdown' });
  shutdown.addEventListener('abort', stop, { once: true });
  screen.enter(modeOf(controller, context.config.timeouts.idleSeconds));
  let redraw = () => {};
  const unsubscribe = whileDevicesChange(devices, () => redraw());
  try {
    for (;;) {
      const items = menuItems(options);
      redraw = () => {
        if (JSON.stringify(menuItems(options)) !== JSON.stringify(items)) screen.refresh();
      };
      const answer = await screen.ask({ kind: 'menu', items }, ['chooseService']);
      if (answer.type !== 'chooseService') continue;
      const chosen = services.find((service) => service.id === answer.service);
      if (chosen && missingFor(chosen, options) === null) return chosen;
    }
  } catch (error) {
    if (error instanceof Interrupted && !shutdown.aborted) return null;
    throw error;
  } finally {
    unsubscribe();
    shutdown.removeEventListener('abort', stop);
  }
}

async function serve(options: SessionOptions, service: Service): Promise<void> {
  const { screen, devices, shutdown } = options;
  const { journal, clock, config } = options.context;
  const file = emptyCase(options.newId());
  const ids = { sessionId: options.newId(), caseId: file.id };
  const began = clock.monotonic();
  journal.append({
    event: 'session-start',
    outcome: 'n/a',
    ...ids,
    clear: { service: service.id, language: screen.language },
  });
  const outcome = await runService({
    service,
    screen,
    context: { ...options.context, case: file, ids },
    onDeviceLost: (listener) => watchForLoss(devices, listener),
    shutdown,
    onBug: options.onBug,
  });
  journal.append({
    event: 'session-end',
    outcome: outcome.tone === 'success' ? 'success' : 'failure',
    ...ids,
    clear: {
      service: service.id,
      ending: outcome.id,
      document: file.document,
      money: file.money.state,
      counter: config.hall.counter,
      ...(outcome.rule === undefined ? {} : { reason: outcome.rule }),
      durationMs: clock.monotonic() - began,
    },
  });
  const seconds = config.timeouts.endingSeconds;
  screen.enter(modeOf(new AbortController(), null));
  await screen.ask(
    endingView(outcome, config.hall.counter, file, { deadline: clock.now() + seconds * 1000, seconds }),
    ['proceed'],
    {
      timeoutMs: seconds * 1000,
    },
  );
  options.onEnded?.(service.id, outcome);
}

const lost: ReadonlySet<DeviceStatus['state']> = new Set([
  'powerOff',
  'noDevice',
  'offline',
  'hardwareError',
]);

function watchForLoss(devices: readonly Device[], listener: (device: DeviceKind) => void): () => void {
  const stops = devices.map((device) =>
    device.onStatus(({ state }) => {
      if (lost.has(state)) listener(device.kind);
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}
