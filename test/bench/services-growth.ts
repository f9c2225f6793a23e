/**
 * Whole services one after another in main under plain Node, on a virtual clock over the simulated hall. Prints how
 * much memory there was before and after as one line of JSON. Bureau, cards and paper start afresh with every round
 * of visitors, so that the same people may come again; what the simulators remember is not the terminal's.
 *
 * Usage: node --expose-gc services-growth.ts SERVICES
 */
import type { Bureau } from '../../main/bureau/port.ts';
import { type BureauSimulator, createBureauSimulator } from '../../main/bureau/simulator.ts';
import { createVirtualPermit } from '../../native-mocks/permit/permit-card.ts';
import { goodApplicant, type Hall, openHall, ruleSet, visit } from '../flows/hall.ts';

const warmUp = 50;
const megabyte = 1_048_576;

const count = Number(process.argv[2]);
if (!Number.isInteger(count) || count < 1) throw new Error('How many services?');

let desk: BureauSimulator | null = null;
const hall = await openHall({ bureau: forwardingTo(() => desk?.bureau) });
const visitors = hall.world.people.filter(
  (person) => person.expected.current === 'allowed' && person.bureauDecides === 'byTheRules',
);
await serve(warmUp);
const before = await memory();
await serve(count);
const after = await memory();
await hall.close();
console.log(
  JSON.stringify({
    services: count,
    beforeMb: before.usedMb,
    afterMb: after.usedMb,
    residentBeforeMb: before.residentMb,
    residentAfterMb: after.residentMb,
  }),
);

async function serve(services: number): Promise<void> {
  for (let service = 0; service < services; service += 1) {
    if (service % visitors.length === 0) forget(hall);
    const person = visitors[service % visitors.length];
    if (!person) throw new Error('Nobody may have the service.');
    const { permit, printedMrz } = await hall.world.permitOf(person.id);
    const end = await visit(hall, {
      ...goodApplicant(hall, person.id),
      insertPermit: () => {
        const card = createVirtualPermit(permit.spec);
        hall.world.cardUnit.insert({ permit: card, backImage: null, printedMrz });
      },
    });
    if (end.outcome !== 'completed') throw new Error(`${person.id} ended with ${end.outcome}.`);
  }
}

function forget({ world, clock, config }: Hall): void {
  desk?.close();
  desk = createBureauSimulator({
    holders: world.people,
    rules: ruleSet('current'),
    clock,
    division: config.region.division,
  });
}

/** A bureau whose far end may be exchanged. */
function forwardingTo(current: () => Bureau | undefined): Bureau {
  const far = (): Bureau => {
    const bureau = current();
    if (!bureau) throw new Error('There is no bureau yet.');
    return bureau;
  };
  return {
    holder: (...call) => far().holder(...call),
    submit: (...call) => far().submit(...call),
    decision: (...call) => far().decision(...call),
    release: (...call) => far().release(...call),
    reportIssued: (...call) => far().reportIssued(...call),
    time: (...call) => far().time(...call),
  };
}

/** What is reachable: collected as when memory runs out, with turns of the event loop for finalizers in between. */
async function memory(): Promise<{ readonly usedMb: number; readonly residentMb: number }> {
  if (!globalThis.gc) throw new Error('Run with --expose-gc.');
  for (let times = 0; times < 5; times += 1) {
    globalThis.gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { usedMb: (heapUsed + external) / megabyte, residentMb: rss / megabyte };
}
