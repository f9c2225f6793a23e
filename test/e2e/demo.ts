/**
 * `npm run demo -- --service endorsement [--fault NAME] [--person ID] [--lang LL] [--size WxH] --out DIR`: walks the
 * service in the real application by touch and writes a picture of each view, everything that was printed, and
 * `summary.json`. Exit code 0 only when the ending is the one expected. `--list` names what there is.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import simulation from '../../main/config/simulation.json' with { type: 'json' };
import { languages } from '../../main/contract/message.ts';
import { openJournalReader } from '../../main/journal/open.ts';
import { systemClock } from '../../main/session/clock.ts';
import { people } from '../../main/simulation/people.ts';
import { fakeCameraFile } from './fake-camera.ts';
import { launchTerminal } from './launch.ts';
import { habitsOf, type Scenario, scenarios } from './scenarios.ts';
import { openStage, type Seen, type Stage, walk } from './walk.ts';

const services = ['endorsement'];
const root = path.resolve(import.meta.dirname, '../..');

const { values } = parseArgs({
  options: {
    service: { type: 'string', default: 'endorsement' },
    fault: { type: 'string', default: 'none' },
    person: { type: 'string' },
    lang: { type: 'string', default: 'zh' },
    size: { type: 'string', default: '1080x1920' },
    out: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

if (values.list) {
  console.log(`services: ${services.join(', ')}`);
  console.log(`languages: ${languages.join(', ')}`);
  console.log('faults:');
  for (const { id, story, outcome } of scenarios) console.log(`  ${id.padEnd(22)}${story} (ends ${outcome})`);
  console.log('people:');
  for (const { id, story, expected } of people(systemClock.today())) {
    console.log(`  ${id}  ${story} (${expected.current})`);
  }
} else {
  process.exitCode = await run();
}

async function run(): Promise<number> {
  const scenario = scenarios.find(({ id }) => id === values.fault);
  const language = languages.find((each) => each === values.lang);
  if (!services.includes(values.service) || !scenario || !language || !values.out) {
    console.error(
      'demo: --service endorsement [--fault NAME] [--person ID] [--lang zh|en|ko|ru] [--size WxH] --out DIR; --list names services, people and faults.',
    );
    return 2;
  }
  const who = values.person ?? scenario.person;
  const somebody = people(systemClock.today()).find(({ id }) => id === who);
  if (!somebody) {
    console.error(`demo: nobody is called ${who}; see --list.`);
    return 2;
  }
  const expected = values.person ? expectedOf(somebody, scenario) : scenario.outcome;
  const out = path.resolve(values.out);
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(path.join(tmpdir(), 'demo-'));
  const config = path.join(folder, 'terminal.json');
  writeFileSync(config, JSON.stringify(configuration(scenario)));
  const filmed = await cameraOf(scenario);
  const launch = () =>
    launchTerminal({
      dataDirectory: folder,
      switches: filmed?.switches ?? [],
      args: ['--config', config, '--size', values.size, '--simulation-speed', '6'],
    });

  let terminal = await launch();
  try {
    let stage = await openStage(terminal, out);
    const habits = habitsOf({ ...scenario, person: who }, language);
    const views: string[] = [];
    const printed = new Set<string>();
    const before = process.hrtime.bigint();
    if (scenario.powerCut) {
      views.push(...(await walk(stage, habits, ({ kind }) => kind === 'pay')));
      await paid(folder);
      await terminal.kill();
      terminal = await launch();
      stage = await openStage(terminal, out);
      views.push(...(await afterPowerCut(stage, out, folder, printed)));
    } else {
      const keepCardBack = async (seen: Seen) => {
        // Once it is taken, the machine has it no more.
        if (seen.kind === 'takePermit') await keepPicture(stage, out, 'endorsementPrinter', printed);
      };
      views.push(...(await walk(stage, habits, ({ kind }) => kind === 'ending', keepCardBack)));
    }
    await keepPicture(stage, out, 'receiptPrinter', printed);
    await terminal.app.evaluate(({ app }) => app.quit()).catch(() => undefined);
    await terminal.stop();
    const report = readJournal(folder);
    const summary = {
      service: values.service,
      person: who,
      language,
      size: values.size,
      fault: scenario.id,
      outcome: report.outcome,
      expected,
      seconds: Number(process.hrtime.bigint() - before) / 1e9,
      steps: report.steps,
      views,
      printed: [...printed],
      journalVerified: report.verified,
      openActs: report.openActs,
    };
    writeFileSync(path.join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    const holds = report.outcome === expected && report.verified && report.openActs === 0;
    console.log(
      `${holds ? 'as expected' : 'NOT AS EXPECTED'}: ${scenario.id} ended ${report.outcome} (expected ${expected}), ${views.length} views, ${printed.size} printed, journal ${report.verified ? 'verified' : 'BROKEN'} → ${out}`,
    );
    return holds ? 0 : 1;
  } finally {
    await terminal.stop().catch(() => undefined);
    await filmed?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The face a scenario puts before the camera; `null`: whoever inserts the permit stands there, as on the bench. */
async function cameraOf({ camera }: Scenario) {
  if (camera === undefined) return null;
  const portrait = String(camera).padStart(2, '0');
  return fakeCameraFile([path.join(root, 'assets/simulation/portraits', `${portrait}-live1.jpg`)]);
}

function expectedOf(somebody: ReturnType<typeof people>[number], scenario: Scenario): string {
  if (scenario.id !== 'none') return scenario.outcome;
  const { current } = somebody.expected;
  if (current === 'allowed') return somebody.bureauDecides === 'byTheRules' ? 'completed' : 'denied';
  return current.startsWith('G03') ? 'faceFailed' : 'refused';
}

/** The hall shipped for simulation; waits that are to be waited out are as short as the schema allows. */
function configuration(scenario: Scenario): object {
  if (!scenario.impatient) return simulation;
  return {
    ...simulation,
    timeouts: {
      idleSeconds: 10,
      idleWarningSeconds: 5,
      paymentSeconds: 30,
      takeCardSeconds: 10,
      decisionSeconds: 5,
      endingSeconds: 45,
    },
  };
}

function journalOf(folder: string) {
  const opened = openJournalReader(path.join(folder, 'journal.db'));
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

/** Waits until the terminal knows of the payment. */
async function paid(folder: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { reader, close } = journalOf(folder);
    const known = [...reader.entries({ event: 'payment-paid' })].length > 0;
    close();
    if (known) return;
    if (Date.now() > deadline) throw new Error('the terminal never heard of the payment');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Takes the card the restarted terminal holds out, and waits until everything is settled. */
async function afterPowerCut(
  stage: Stage,
  out: string,
  folder: string,
  printed: Set<string>,
): Promise<readonly string[]> {
  const pictures = [await stage.picture('r1-start')];
  const deadline = Date.now() + 120_000;
  let taken = false;
  for (;;) {
    const seen = await stage.seen();
    if (seen.kind === 'takePermit' && !taken) {
      taken = true;
      pictures.push(await stage.picture('r2-takePermit'));
      await keepPicture(stage, out, 'endorsementPrinter', printed);
      await stage.bench({ type: 'action', device: 'cardReader', action: 'take' });
    }
    const { reader, close } = journalOf(folder);
    const over = [...reader.entries({ event: 'recovery-complete' })].length > 0;
    close();
    if (over) break;
    if (Date.now() > deadline) throw new Error('recovery did not end');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  pictures.push(await stage.picture('r3-settled'));
  return pictures;
}

/** Writes what came out of a printer. */
async function keepPicture(
  stage: Stage,
  out: string,
  device: 'receiptPrinter' | 'endorsementPrinter',
  kept: Set<string>,
): Promise<void> {
  const { image } = await stage.device(device);
  if (!image) return;
  const file = device === 'receiptPrinter' ? 'printed-slip.png' : 'printed-card-back.png';
  writeFileSync(path.join(out, file), Buffer.from(image.base64, 'base64'));
  kept.add(file);
}

function readJournal(folder: string) {
  const { reader, close } = journalOf(folder);
  try {
    const [end] = [...reader.entries({ event: 'session-end' })].slice(-1);
    const steps = [...reader.entries({ event: 'step-leave' })].map(({ clear }) => ({
      id: String(clear.step),
      ms: Math.round(Number(clear.durationMs)),
    }));
    return {
      outcome: String(end?.clear.ending ?? 'none'),
      steps,
      verified: reader.verify().intact,
      openActs: reader.openIntents().length,
    };
  } finally {
    close();
  }
}
