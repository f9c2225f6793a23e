/** The composition root: config → journal → devices → bureau and payments → services → session. */
import { join } from 'node:path';
import { createCardReader } from '../devices/card-reader/index.ts';
import { createEndorsementPrinter } from '../devices/endorsement-printer/index.ts';
import { createMrzReader } from '../devices/mrz-reader/index.ts';
import type { NativePackages } from '../devices/native.ts';
import { createChipEndorsementWriter } from '../devices/permit/endorsement-writer.ts';
import { readPermit } from '../devices/permit/read-permit.ts';
import { loadTrustStore } from '../devices/permit/trust-store.ts';
import { createPortraitCamera } from '../devices/portrait-camera/index.ts';
import type { CameraHost } from '../devices/portrait-camera/interface.ts';
import { createReceiptPrinter } from '../devices/receipt-printer/index.ts';
import { fail, ok, type Result } from '../devices/result.ts';
import { superviseDevices } from '../devices/supervisor.ts';
import type { Bureau } from './bureau/port.ts';
import type { TerminalConfig } from './config/schema.ts';
import { type Language, message } from './contract/message.ts';
import type { Journal, JournalOpenError } from './journal/journal.ts';
import { fileKeyStore } from './journal/key-store.ts';
import { openJournal } from './journal/open.ts';
import type { Payments } from './payments/port.ts';
import type { PrintedMatter } from './print/printed-matter.ts';
import type { RuleSet } from './rules/rule-set.ts';
import { endorsement } from './services/endorsement.ts';
import { type ApplicantScreen, createApplicantScreen } from './session/applicant-screen.ts';
import type { Clock } from './session/clock.ts';
import { deliverDue } from './session/delivery.ts';
import { needsRecovery, recover } from './session/recovery.ts';
import { serveApplicants } from './session/session.ts';
import type { Devices, Outcome, Service } from './session/step.ts';

/** Every service there is; the configuration says which of them this machine offers. */
const allServices: readonly Service[] = [endorsement];

export interface TerminalOptions {
  readonly config: TerminalConfig;
  readonly version: string;
  readonly simulated: boolean;
  /** Journal and master key are kept here. */
  readonly dataDirectory: string;
  /** Absolute path of the folder of country signing certificates. */
  readonly cscaFolder: string;
  readonly language: Language;
  readonly rules: RuleSet;
  readonly natives: NativePackages;
  readonly cameraHost: CameraHost;
  readonly bureau: Bureau;
  readonly payments: Payments;
  readonly print: PrintedMatter;
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly newId: () => string;
  readonly onBug: (step: string, error: unknown) => void;
  readonly onEnded?: (service: string, outcome: Outcome) => void;
}

export interface Terminal {
  readonly screen: ApplicantScreen;
  readonly journal: Journal;
  readonly devices: Devices;
  /** Opens the devices, settles what was left open, and serves applicants until `stop`. */
  run(): Promise<void>;
  /** Ends the service under way, closes devices and journal. */
  stop(reason: string): Promise<void>;
}

const openTimeoutMs = 10_000;
const deliverEveryMs = 5_000;
const eraseEveryMs = 3_600_000;

export async function createTerminal(options: TerminalOptions): Promise<Result<Terminal, JournalOpenError>> {
  const { config, clock, random, natives, bureau, payments, rules, print } = options;

  const opened = openJournal(join(options.dataDirectory, 'journal.db'), {
    clock,
    random,
    keyStore: fileKeyStore(join(options.dataDirectory, 'master.key')),
    slipPrefix: config.journal.slipPrefix,
  });
  if (!opened.ok) return fail(opened.error);
  const journal = opened.value;
  journal.append({
    event: 'terminal-start-init',
    outcome: 'n/a',
    clear: { version: options.version, profile: config.terminal.profile, simulated: options.simulated },
  });

  const trust = await loadTrustStore(options.cscaFolder);
  const cardReader = createCardReader(config.devices.cardReader, natives, clock);
  const mrz = config.devices.mrzReader ? createMrzReader(config.devices.mrzReader, natives, clock) : null;
  const portraitCamera = createPortraitCamera(config.devices.portraitCamera, options.cameraHost, clock, {
    framesPerTry: config.face.framesPerTry,
  });
  const endorsementPrinter = createEndorsementPrinter(config.devices.endorsementPrinter, natives, clock);
  const receiptPrinter = createReceiptPrinter(config.devices.receiptPrinter, natives, clock);
  const devices: Devices = {
    cardReader,
    mrz,
    portraitCamera,
    endorsementPrinter,
    receiptPrinter,
    readPermit: (connection, key, read) =>
      readPermit(connection, key, { ...read, trust, random, now: new Date(clock.now()) }),
    endorsementWriter: createChipEndorsementWriter(random),
  };
  const all = [cardReader, ...(mrz ? [mrz] : []), portraitCamera, endorsementPrinter, receiptPrinter];

  const screen = createApplicantScreen({
    clock,
    hall: config.hall,
    defaults: { language: options.language, largeText: false, highContrast: false, lowReach: false },
    idleWarningSeconds: config.timeouts.idleWarningSeconds,
    onAction: (action) => {
      const step = screen.current().progress?.step;
      const where = step === undefined ? {} : { step };
      if (action.kind === 'staffCalled')
        journal.append({ event: 'staff-called', outcome: 'n/a', clear: where });
      else if (action.kind === 'idleWarning')
        journal.append({ event: 'idle-warning', outcome: 'n/a', clear: where });
      else
        journal.append({
          event: 'language-changed',
          outcome: 'n/a',
          clear: { from: action.from, to: action.to },
        });
    },
  });

  const ending = new AbortController();
  const context = { devices, bureau, payments, journal, rules, print, config, clock };
  const services = allServices.filter((service) => config.services.some((id) => id === service.id));

  /** Delivers what waits in the outbox, and destroys keys whose retention is over. */
  const deliverInBackground = async () => {
    let eraseAt = 0;
    while (!ending.signal.aborted) {
      await deliverDue(journal, { bureau, payments }, clock, {
        timeoutMs: config.bureau.timeoutMs,
        signal: ending.signal,
      });
      if (clock.monotonic() >= eraseAt) {
        journal.eraseExpired(clock.now(), config.journal.retentionDays);
        eraseAt = clock.monotonic() + eraseEveryMs;
      }
      await clock.sleep(deliverEveryMs, ending.signal);
    }
  };

  let devicesTried = false;
  let running: Promise<unknown> = Promise.resolve();
  return ok({
    screen,
    journal,
    devices,
    run() {
      const began = clock.monotonic();
      const supervisor = superviseDevices(all, {
        clock,
        openTimeoutMs,
        onStatus: (device, status, previous) =>
          journal.append({
            event: 'device-status-changed',
            outcome: status.state === 'online' ? 'success' : 'n/a',
            clear: {
              device,
              state: status.state,
              previous: previous.state,
              ...('code' in status ? { code: status.code, action: status.action } : {}),
              ...('warning' in status && status.warning ? { warning: status.warning } : {}),
            },
          }),
      });
      void supervisor.tried.then(() => {
        devicesTried = true;
        screen.refresh();
      });
      const serving = (async () => {
        if (needsRecovery(journal)) {
          screen.show({ kind: 'attract', services: [], outOfService: message('outcomes.recovering') });
          await supervisor.tried;
          await recover({ context, screen, newId: options.newId, signal: ending.signal });
        }
        journal.append({
          event: 'terminal-start-complete',
          outcome: 'success',
          clear: { durationMs: clock.monotonic() - began },
        });
        await serveApplicants({
          services,
          devices: all,
          devicesTried: () => devicesTried,
          screen,
          context,
          newId: options.newId,
          onBug: options.onBug,
          ...(options.onEnded ? { onEnded: options.onEnded } : {}),
          shutdown: ending.signal,
        });
      })();
      const delivering = deliverInBackground();
      running = (async () => {
        await serving;
        await delivering;
        await supervisor.stop();
      })();
      return running.then(() => undefined);
    },
    async stop(reason) {
      journal.append({ event: 'terminal-stop-init', outcome: 'n/a', clear: { reason } });
      ending.abort({ kind: 'shutdown' });
      await running;
      journal.append({ event: 'terminal-stop-complete', outcome: 'success' });
      journal.close();
    },
  });
}
