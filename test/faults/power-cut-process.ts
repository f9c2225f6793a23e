/**
 * A terminal that loses its power: serves one applicant and kills itself with SIGKILL at a chosen moment.
 * Arguments: folder, kind of the intent, `beforeAct` (the intent is stated, nothing done yet) or `beforeOutcome`
 * (done, but not yet settled), and how many such intents to let pass first.
 */
import type { IntentKind } from '../../main/journal/journal.ts';
import { goodApplicant, openHall, visit } from '../flows/hall.ts';

const [folder = '', kind = '', moment = '', skip = '0', habit = ''] = process.argv.slice(2);
const hall = await openHall({ folder, keep: true });
const { journal } = hall.terminal;
const die = () => process.kill(process.pid, 'SIGKILL');
let passed = 0;
const due = () => passed++ === Number(skip);

const { intend, settle } = journal;
const kinds = new Map<string, IntentKind>();
Object.assign(journal, {
  intend: (intent: Parameters<typeof intend>[0]) => {
    const id = intend(intent);
    kinds.set(id, intent.kind);
    if (moment === 'beforeAct' && intent.kind === kind && due()) die();
    return id;
  },
  settle: (id: string, settlement: Parameters<typeof settle>[1]) => {
    if (moment === 'beforeOutcome' && kinds.get(id) === kind && due()) die();
    settle(id, settlement);
  },
});
if (habit === 'paysTwice') hall.world.payments.faults.set({ kind: 'duplicated' });
const applicant = goodApplicant(hall, 'p01');
await visit(hall, habit === 'leavesCard' ? { ...applicant, takePermit: () => {} } : applicant);
