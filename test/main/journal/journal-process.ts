/**
 * A terminal of its own, to be killed: opens the journal at argv[2] (key at argv[3]), states intents, settles the
 * first, says on stdout how far it is, and then waits to be killed before the outcome of the second.
 */
import { randomBytes } from 'node:crypto';
import { argv, stdout } from 'node:process';
import { fileKeyStore } from '../../../main/journal/key-store.ts';
import { openJournal } from '../../../main/journal/open.ts';

const [, , path = '', keyPath = ''] = argv;
const opened = openJournal(path, {
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  random: (length) => randomBytes(length),
  keyStore: fileKeyStore(keyPath),
  slipPrefix: 'ZT',
});
if (!opened.ok) {
  stdout.write(`${JSON.stringify({ refused: opened.error.code })}\n`);
} else {
  const journal = opened.value;
  const about = { sessionId: 'session-1', caseId: 'case-1' };
  const paid = journal.intend({
    ...about,
    kind: 'takePayment',
    facts: { orderNumber: 'T-100', amountFen: 1500 },
    outbox: { destination: 'payments', requestId: 'T-100', body: { order: 'T-100' } },
  });
  journal.settle(paid, { outcome: 'done', facts: { transaction: 'X-1' } });
  const writing = journal.intend({
    ...about,
    kind: 'writeChip',
    facts: { place: 'HKG', count: 1 },
    personal: { documentNumber: 'CA1234567' },
  });
  const slip = journal.nextSlipNumber('2026-07-12');
  stdout.write(`${JSON.stringify({ paid, writing, slip, head: journal.head() })}\n`);
  setInterval(() => journal.head(), 60_000);
}
