/** Entry of the terminal: one instance, the terminal and its windows, a clean end. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { app, Menu, protocol, session } from 'electron';
import { fail, ok, type Result } from '../devices/result.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { configProblemSentence, loadConfig } from './config/load-config.ts';
import { shippedProfiles } from './config/profiles.ts';
import type { TerminalConfig } from './config/schema.ts';
import simulatedHall from './config/simulation.json' with { type: 'json' };
import type { Journal } from './journal/journal.ts';
import type { createPrintedMatter } from './print/index.ts';
import type { PrintedMatter } from './print/printed-matter.ts';
import { parseRuleSet, type RuleSet } from './rules/rule-set.ts';
import { systemClock } from './session/clock.ts';
import type { Surroundings } from './surroundings.ts';
import type { Terminal } from './terminal.ts';
import { type ApplicantContent, createApplicantWindow } from './window/applicant-window.ts';
import { type Bench, createBenchWindow } from './window/bench-window.ts';
import { createCameraWindow } from './window/camera-window.ts';
import { lockDown } from './window/lock-down.ts';
import { registerScheme, serveFiles } from './window/protocol.ts';
import { windowReports } from './window/window-journal.ts';

/** Longer than any service needs to give the card back and settle what it began. */
const longestStopMs = 45_000;

/** The camera's page waits no longer than this for the first screen. */
const longestFirstPaintMs = 5_000;
const never = new AbortController().signal;

const clock = systemClock;

/** One line of JSON on stderr for whoever watches the process. Never anything an applicant typed or was shown. */
function report(event: string, details: object): void {
  console.error(JSON.stringify({ event, ...details }));
}

/** Ends a start that cannot succeed, with what a technician has to mend. */
function giveUp(sentence: string): void {
  console.error(sentence);
  app.exit(2);
}

const parsed = readArguments(process.argv.slice(1));
if (parsed.ok) begin(parsed.value);
else giveUp(parsed.error);

function begin(args: Arguments): void {
  if (args.simulate && app.isPackaged) {
    giveUp('This build has no simulated hardware.');
    return;
  }
  const dataDirectory = path.resolve(args.dataDirectory ?? path.join(app.getPath('userData'), 'data'));
  app.setPath('userData', path.join(dataDirectory, 'chromium'));
  app.setPath('crashDumps', path.join(dataDirectory, 'chromium', 'crashes'));
  if (!app.requestSingleInstanceLock()) {
    giveUp('The terminal is already running on this data folder.');
    return;
  }
  registerScheme(protocol);
  // Enabling it where the launcher had to switch it off leaves Chromium unable to start any process.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.commandLine.appendSwitch('disable-breakpad');
  const sceneFile = args.simulate ? pointCameraAtScene(dataDirectory) : null;
  let prepared: Result<Prepared, string>;
  try {
    prepared = prepare(args, dataDirectory);
  } catch (error) {
    reportBug('start', error);
    app.exit(1);
    return;
  }
  app
    .whenReady()
    .then(() => (prepared.ok ? open(args, dataDirectory, sceneFile, prepared.value) : giveUp(prepared.error)))
    .catch((error: unknown) => {
      reportBug('start', error);
      app.exit(1);
    });
}

interface Prepared {
  readonly config: TerminalConfig;
  readonly rules: RuleSet;
}

interface Around {
  readonly surroundings: Surroundings;
  readonly bench: Bench | null;
  /** Calls `listener` when the simulated camera has something else before it. */
  readonly onScene: (listener: () => void) => void;
}

/** What the first window needs, read without waiting so that it stands ready before Chromium does. */
function prepare(args: Arguments, dataDirectory: string): Result<Prepared, string> {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const loaded = readConfig(args);
  if (!loaded.ok) return loaded;
  const config = loaded.value;
  const rules = readRules(config.rules);
  return rules.ok ? ok({ config, rules: rules.value }) : rules;
}

/** Devices and far ends: the simulated hall, or the real ones of the configuration. */
async function surround(
  args: Arguments,
  dataDirectory: string,
  sceneFile: string | null,
  config: TerminalConfig,
  rules: RuleSet,
): Promise<Result<Around, string>> {
  if (args.simulate) {
    const { createWorld } = await import('./simulation/world.ts');
    const { createBench } = await import('./simulation/bench.ts');
    const { createCameraScenes } = await import('./simulation/camera-scenes.ts');
    const folder = path.join(dataDirectory, 'simulation');
    await mkdir(folder, { recursive: true });
    const assets = path.join(app.getAppPath(), 'assets/simulation');
    const world = await createWorld({
      config,
      rules,
      clock,
      assets,
      folder,
      speed: args.simulationSpeed,
    });
    const camera =
      sceneFile === null
        ? null
        : await createCameraScenes({
            assets,
            file: sceneFile,
            people: world.people,
            onFailure: () => report('cameraSceneFailed', {}),
          });
    const { natives, bureau, payments, cscaFolder } = world;
    return ok({
      surroundings: {
        natives,
        bureau: bureau.bureau,
        payments: payments.payments,
        cscaFolder,
        close: () => world.close(),
      },
      bench: createBench(world, camera),
      onScene: (listener) => camera?.onChange(listener),
    });
  }
  const configFolder = args.config === null ? '' : path.dirname(path.resolve(args.config));
  const { realSurroundings } = await import('./surroundings.ts');
  const surroundings = await realSurroundings({ config, configFolder, standsInHall: app.isPackaged, clock });
  return surroundings.ok
    ? ok({ surroundings: surroundings.value, bench: null, onScene: () => {} })
    : surroundings;
}

function readConfig(args: Arguments): Result<TerminalConfig, string> {
  let text: string;
  if (args.config !== null) {
    try {
      text = readFileSync(args.config, 'utf8');
    } catch {
      return fail(`The configuration ${args.config} cannot be read.`);
    }
  } else if (args.simulate) {
    text = JSON.stringify(simulatedHall);
  } else {
    return fail(
      'A terminal with real hardware needs --config FILE (terminal.json); without hardware use --simulate.',
    );
  }
  const config = loadConfig(text, shippedProfiles);
  if (config.ok) return config;
  const problems = config.error.map((problem) => `  ${configProblemSentence(problem)}`);
  return fail(['The configuration is refused:', ...problems].join('\n'));
}

function readRules(id: TerminalConfig['rules']): Result<RuleSet, string> {
  const file = path.join(app.getAppPath(), 'assets/rules', `${id}.json`);
  const rules = parseRuleSet(JSON.parse(readFileSync(file, 'utf8')));
  if (rules.ok) return rules;
  const { path: at, expected, found } = rules.error;
  return fail(`The rules ${id} are refused: ${at}: expected ${expected}, found ${found}.`);
}

/** What is printed, with texts and typefaces read at `load` or when something is printed first. */
function printedMatterOnDemand(
  root: string,
  create: typeof createPrintedMatter,
): PrintedMatter & { load(): void } {
  let loaded: PrintedMatter | null = null;
  const matter = () => {
    loaded ??= create({
      assetsDir: path.join(root, 'assets'),
      fontsDir: path.join(root, 'node_modules/@expo-google-fonts'),
    });
    return loaded;
  };
  return {
    load: () => void matter(),
    endorsementSlip: (slip, language) => matter().endorsementSlip(slip, language),
    cardBack: async (endorsements, documentNumber) => matter().cardBack(endorsements, documentNumber),
  };
}

/**
 * Chromium's own virtual camera stands in for the lens. Answers the file it shows, which is written before the
 * camera's page is loaded; `null` where the command line brings another camera.
 */
function pointCameraAtScene(dataDirectory: string): string | null {
  const { commandLine } = app;
  if (commandLine.hasSwitch('use-fake-device-for-media-stream')) return null;
  const file = path.join(dataDirectory, 'simulation', 'camera.mjpeg');
  commandLine.appendSwitch('use-fake-device-for-media-stream');
  commandLine.appendSwitch('use-file-for-fake-video-capture', file);
  return file;
}

async function open(
  args: Arguments,
  dataDirectory: string,
  sceneFile: string | null,
  prepared: Prepared,
): Promise<void> {
  const { config, rules } = prepared;
  const root = app.getAppPath();
  serveFiles(protocol, { renderers: path.join(root, 'out/renderer'), assets: {} });

  let journal: Journal | null = null;
  const reports = windowReports(() => journal, report, clock.monotonic);
  const lock = lockDown(app, Menu, session.defaultSession, reports.refusedAct);
  const shared = {
    lockDown: lock,
    devTools: !app.isPackaged,
    onIncident: reports.incident,
    onRefusedMessage: reports.refusedMessage,
  };
  const preload = (name: string) => path.join(root, 'out/preload', `${name}.cjs`);

  const content = Promise.withResolvers<ApplicantContent>();
  const firstPaint = Promise.withResolvers<void>();
  let loadPrint = () => {};
  const applicant = createApplicantWindow({
    ...shared,
    content: content.promise,
    preload: preload('applicant'),
    placement: args.simulate ? (args.size ?? config.screen.size) : 'kiosk',
    onPainted: (viewId) => {
      report('painted', { viewId });
      firstPaint.resolve();
      // The typefaces are large and nothing is printed before, so they are read once the first screen stands.
      loadPrint();
    },
  });

  // Read while Chromium starts the process of the page, not before there is a window.
  const [{ createTerminal }, printing] = await Promise.all([
    import('./terminal.ts'),
    import('./print/index.ts'),
  ]);
  const print = printedMatterOnDemand(root, printing.createPrintedMatter);
  loadPrint = print.load;
  const around = await surround(args, dataDirectory, sceneFile, config, rules);
  if (!around.ok) {
    giveUp(around.error);
    return;
  }
  const { surroundings, bench, onScene } = around.value;
  const camera = createCameraWindow({
    ...shared,
    preload: preload('camera'),
    // Nobody is filmed before, and two pages loading at once would each take longer.
    loadAfter: Promise.race([firstPaint.promise, clock.sleep(longestFirstPaintMs, never)]),
  });
  onScene(() => void camera.filmAgain());
  const created = await createTerminal({
    config,
    version: app.getVersion(),
    simulated: args.simulate,
    dataDirectory,
    cscaFolder: surroundings.cscaFolder,
    language: args.language ?? config.screen.language,
    rules,
    natives: surroundings.natives,
    cameraHost: camera.host,
    bureau: surroundings.bureau,
    payments: surroundings.payments,
    print,
    clock,
    random: (length) => randomBytes(length),
    newId: randomUUID,
    onBug: reportBug,
  });
  if (!created.ok) {
    giveUp(`The journal cannot be opened: ${JSON.stringify(created.error)}`);
    return;
  }
  const terminal = created.value;
  journal = terminal.journal;
  endCleanly(terminal, surroundings, () => {
    journal = null;
  });

  content.resolve({ screen: terminal.screen, onPreview: camera.onPreview });
  // In simulation it can be closed; the hidden camera window must not keep the process alive then.
  applicant.once('closed', () => app.quit());
  if (bench && args.bench) createBenchWindow({ ...shared, bench, preload: preload('bench') });

  terminal.run().catch((error: unknown) => {
    reportBug('run', error);
    app.exit(1);
  });
}

/** Lets the terminal give back the card and close its journal before the process ends, within bounds. */
function endCleanly(terminal: Terminal, surroundings: Surroundings, journalClosed: () => void): void {
  let ending = false;
  app.on('second-instance', () => report('secondInstance', {}));
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (ending) return;
    ending = true;
    const tooLong = setTimeout(() => {
      report('stopTookTooLong', { ms: longestStopMs });
      app.exit(1);
    }, longestStopMs);
    terminal
      .stop('quit')
      .then(
        () => 0,
        (error: unknown) => {
          reportBug('stop', error);
          return 1;
        },
      )
      .then((code) => {
        clearTimeout(tooLong);
        journalClosed();
        surroundings.close();
        app.exit(code);
      });
  });
}

/** Where a bug is, without the message of the error, which may quote what an applicant entered. */
function reportBug(where: string, error: unknown): void {
  const frames =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
  report('bug', { where, name: error instanceof Error ? error.name : typeof error, at: frames.slice(0, 8) });
}
