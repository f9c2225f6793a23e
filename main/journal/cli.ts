/**
 * Reads a journal without the terminal, and also while it runs: `npm run journal -- verify | show | export`.
 * Nothing is written. What is sealed comes out only when asked for by name and with the key.
 */
import { readFileSync } from 'node:fs';
import { argv, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../../devices/result.ts';
import { type EntryRow, verifyChain } from './chain.ts';
import type { ChainHead, Entry, EntryQuery, JournalReader } from './journal.ts';
import { masterKeyLength } from './key-store.ts';
import { openJournalReader } from './open.ts';
import { entryOf, rowsOf } from './reader.ts';

const usage = `Usage: npm run journal -- verify|show|export --file FILE [options]

  verify   recompute the chain; says which entries were changed, removed or put in another order
  show     one line for each entry
  export   one JSON object on a line for each entry, with everything the chain needs to be checked elsewhere

  --file FILE          the journal
  --anchor SEQ:HASH    a head of the chain that was kept outside (readiness report, heartbeat); may be repeated;
                       without one, a tail that was cut off cannot be seen
  --case ID            only entries of this case
  --from X  --to X     only entries from X to X: sequence numbers (both included), or times as 2026-07-12 or
                       2026-07-12T08:30:00Z (the second not included; a day is a day of UTC)
  --json               verify: one JSON object; show: one JSON object on a line
  --with-personal      export only: also what is sealed; needs --key
  --key FILE           the master key, 32 bytes

Ends with 0: fine; 1: the chain is broken; 2: wrong usage; 3: the file or the key cannot be read.
`;

export const exitCodes = { fine: 0, broken: 1, usage: 2, unreadable: 3 } as const;

interface Command {
  readonly verb: 'verify' | 'show' | 'export';
  readonly file: string;
  readonly anchors: readonly ChainHead[];
  readonly query: EntryQuery;
  readonly json: boolean;
  readonly keyFile: string | null;
}

/** Answers the exit code; `write` and `complain` get whole lines. */
export function runJournalCommand(
  args: readonly string[],
  write: (line: string) => void,
  complain: (line: string) => void,
): number {
  const command = parseCommand(args);
  if (!command.ok) {
    complain(command.error);
    complain(usage);
    return exitCodes.usage;
  }
  const key = readKey(command.value.keyFile);
  if (!key.ok) {
    complain(key.error);
    return exitCodes.unreadable;
  }
  const opened = openJournalReader(command.value.file, key.value);
  if (!opened.ok) {
    complain(opened.error.message);
    return exitCodes.unreadable;
  }
  try {
    return perform(command.value, opened.value, write);
  } catch (cause) {
    complain(`The journal ${command.value.file} cannot be read to its end (${reasonOf(cause)}).`);
    return exitCodes.unreadable;
  } finally {
    opened.value.close();
  }
}

type OpenedReader = Extract<ReturnType<typeof openJournalReader>, { ok: true }>['value'];

function perform(command: Command, { reader, db }: OpenedReader, write: (line: string) => void): number {
  if (command.verb === 'verify') return verify(command, rowsOf(db, {}), write);
  for (const row of rowsOf(db, command.query)) {
    if (command.verb === 'show') {
      write(command.json ? JSON.stringify(entryOf(row)) : lineOf(entryOf(row)));
    } else {
      write(JSON.stringify(exported(row, command.keyFile === null ? null : reader)));
    }
  }
  return exitCodes.fine;
}

function verify(command: Command, rows: Iterable<EntryRow>, write: (line: string) => void): number {
  const result = verifyChain(rows, command.anchors);
  if (command.json) {
    write(JSON.stringify(result));
  } else {
    for (const { message } of result.breaks) write(message);
    const end = `${result.entries} entries, head ${result.head.sequence}:${result.head.hash}`;
    const tail = command.anchors.length === 0 ? ' (no anchor given: a cut-off tail would not show)' : '';
    write(`${result.intact ? 'The chain is intact' : 'The chain is BROKEN'}: ${end}${tail}`);
  }
  return result.intact ? exitCodes.fine : exitCodes.broken;
}

function lineOf(entry: Entry): string {
  const about = [
    entry.sessionId === null ? null : `session=${entry.sessionId}`,
    entry.caseId === null ? null : `case=${entry.caseId}`,
    entry.subject === null ? null : `subject=${entry.subject}`,
    entry.hasPersonal ? '[sealed]' : null,
  ];
  return [
    String(entry.sequence).padStart(7),
    timeOf(entry.wallMs),
    entry.type.padEnd(15),
    entry.outcome.padEnd(7),
    entry.event.padEnd(26),
    JSON.stringify(entry.clear),
    ...about.filter((part) => part !== null),
  ].join('  ');
}

/** `personalFrom` null: what is sealed stays sealed. */
function exported(row: EntryRow, personalFrom: JournalReader | null): Record<string, unknown> {
  const entry = entryOf(row);
  const personal = personalFrom === null || row.sealed === null ? undefined : personalFrom.personalOf(entry);
  return {
    sequence: row.sequence,
    time: timeOf(row.wall_ms),
    event: row.event,
    type: row.type,
    outcome: row.outcome,
    sessionId: row.session_id,
    caseId: row.case_id,
    subject: row.subject,
    wallMs: row.wall_ms,
    monotonicUs: row.monotonic_us,
    clear: row.clear,
    sealed: row.sealed === null ? null : Buffer.from(row.sealed).toString('base64'),
    previous: row.previous,
    hash: row.hash,
    ...(personal === undefined
      ? {}
      : personal.ok
        ? { personal: personal.value }
        : { personalUnreadable: personal.error.code }),
  };
}

/** A time that was tampered with may be beyond what a date can be. */
function timeOf(wallMs: number): string {
  const time = new Date(wallMs);
  return Number.isNaN(time.getTime()) ? `(${wallMs})` : time.toISOString();
}

function parseCommand(args: readonly string[]): Result<Command, string> {
  const read = readOptions(args);
  if (!read.ok) return read;
  const { values, positionals } = read.value;
  const [verb, ...rest] = positionals;
  if (verb !== 'verify' && verb !== 'show' && verb !== 'export') return fail('Say verify, show or export.');
  if (rest.length > 0) return fail(`What is "${rest.join(' ')}"?`);
  if (values.file === undefined) return fail('--file is missing.');

  const anchors: ChainHead[] = [];
  for (const text of values.anchor ?? []) {
    const parts = /^(\d{1,15}):([0-9a-fA-F]{64})$/.exec(text);
    if (parts === null) return fail('--anchor is a sequence number, a colon and 64 hexadecimal digits.');
    anchors.push({ sequence: Number(parts[1]), hash: String(parts[2]).toLowerCase() });
  }
  if (anchors.length > 0 && verb !== 'verify') return fail('--anchor belongs to verify.');

  const from = boundOf(values.from);
  const to = boundOf(values.to);
  if (from === null || to === null) return fail('--from and --to are sequence numbers or times.');
  if (verb === 'verify' && (values.case ?? values.from ?? values.to) !== undefined) {
    return fail(
      'verify always goes through the whole chain; --case, --from and --to belong to show and export.',
    );
  }

  const withPersonal = values['with-personal'] === true;
  if (withPersonal && verb !== 'export') return fail('--with-personal belongs to export.');
  if (withPersonal !== (values.key !== undefined)) return fail('--with-personal and --key go together.');

  return ok({
    verb,
    file: values.file,
    anchors,
    query: {
      caseId: values.case,
      from: from?.sequence,
      fromMs: from?.ms,
      to: to?.sequence,
      toMs: to?.ms,
    },
    json: values.json === true,
    keyFile: values.key ?? null,
  });
}

function readOptions(args: readonly string[]) {
  try {
    return ok(
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          file: { type: 'string' },
          anchor: { type: 'string', multiple: true },
          case: { type: 'string' },
          from: { type: 'string' },
          to: { type: 'string' },
          json: { type: 'boolean' },
          'with-personal': { type: 'boolean' },
          key: { type: 'string' },
        },
      }),
    );
  } catch (cause) {
    return fail(reasonOf(cause));
  }
}

/** `undefined`: not given; `null`: neither a sequence number nor a time. */
function boundOf(text: string | undefined): { sequence?: number; ms?: number } | null | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return { sequence: Number(text) };
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : { ms };
}

function readKey(path: string | null): Result<Uint8Array | null, string> {
  if (path === null) return ok(null);
  try {
    const key = readFileSync(path);
    if (key.length === masterKeyLength) return ok(new Uint8Array(key));
    return fail(`The key file ${path} has ${key.length} bytes instead of ${masterKeyLength}.`);
  } catch (cause) {
    return fail(`The key file ${path} cannot be read (${reasonOf(cause)}).`);
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

if (import.meta.main) {
  // Somebody who pipes into `head` has seen enough.
  stdout.on('error', () => process.exit(process.exitCode ?? exitCodes.fine));
  process.exitCode = runJournalCommand(
    argv.slice(2),
    (line) => stdout.write(`${line}\n`),
    (line) => stderr.write(`${line}\n`),
  );
}
