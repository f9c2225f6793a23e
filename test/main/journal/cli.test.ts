import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exitCodes, runJournalCommand } from '../../../main/journal/cli.ts';
import type { Journal } from '../../../main/journal/journal.ts';
import { type JournalFolder, journalFolder, tamper } from './temporary-journal.ts';

function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = runJournalCommand(
    args,
    (line) => out.push(line),
    (line) => err.push(line),
  );
  return { status, out, err };
}

function written(place: JournalFolder): Journal {
  const journal = place.open();
  journal.append({
    event: 'session-start',
    outcome: 'n/a',
    sessionId: 's-1',
    clear: { service: 'endorsement' },
  });
  place.clock.wall += 60_000;
  journal.append({
    event: 'permit-read-complete',
    outcome: 'success',
    sessionId: 's-1',
    caseId: 'case-1',
    personal: { name: '林晓', documentNumber: 'CA1234567' },
  });
  journal.append({ event: 'staff-called', outcome: 'n/a', sessionId: 's-1', caseId: 'case-2' });
  return journal;
}

describe('npm run journal', () => {
  it('works as a program of its own while the journal is being written', () => {
    const place = journalFolder();
    const journal = written(place);
    const program = fileURLToPath(new URL('../../../main/journal/cli.ts', import.meta.url));
    const { sequence, hash } = journal.head();
    const done = spawnSync(
      process.execPath,
      [program, 'verify', '--file', place.path, '--anchor', `${sequence}:${hash}`, '--json'],
      { encoding: 'utf8' },
    );
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toEqual({
      intact: true,
      entries: 4,
      head: { sequence: 4, hash },
      breaks: [],
    });
    expect(done.status).toBe(0);
    expect(journal.append({ event: 'staff-called', outcome: 'n/a' }).sequence).toBe(5);
    const broken = spawnSync(process.execPath, [program, 'verify'], { encoding: 'utf8' });
    expect(broken.status).toBe(2);
  });

  it('verify: says where the chain is broken and ends with 1', () => {
    const place = journalFolder();
    const journal = written(place);
    const { sequence, hash } = journal.head();
    journal.close();
    expect(run('verify', '--file', place.path)).toMatchObject({ status: exitCodes.fine, err: [] });
    tamper(place.path, 'DELETE FROM entries WHERE sequence = 4');
    expect(run('verify', '--file', place.path).status).toBe(exitCodes.fine);
    const cut = run('verify', '--file', place.path, '--anchor', `${sequence}:${hash.toUpperCase()}`);
    expect(cut.status).toBe(exitCodes.broken);
    expect(cut.out[0]).toBe('the journal ends at 3, but 4 was anchored');
    tamper(place.path, "UPDATE entries SET clear = '{' WHERE sequence = 2");
    const changed = run('verify', '--file', place.path);
    expect(changed.status).toBe(exitCodes.broken);
    expect(changed.out.join('\n')).toMatch(/entry 2 is not what it was.*BROKEN/s);
    expect(run('show', '--file', place.path).status).toBe(exitCodes.fine);
  });

  it('show: a line for each entry, chosen by case, sequence or time, never with personal data', () => {
    const place = journalFolder();
    written(place);
    const all = run('show', '--file', place.path);
    expect(all.status).toBe(exitCodes.fine);
    expect(all.out.length).toBe(4);
    expect(all.out[2]).toContain('permit-read-complete');
    expect(all.out[2]).toContain('[sealed]');
    expect(all.out.join('\n')).not.toMatch(/林晓|CA1234567/);
    const sequences = (...args: string[]) =>
      run('show', '--json', '--file', place.path, ...args).out.map((line) => JSON.parse(line).sequence);
    expect(sequences('--case', 'case-1')).toEqual([3]);
    expect(sequences('--from', '2', '--to', '3')).toEqual([2, 3]);
    expect(sequences('--from', '2026-07-12T01:31:00Z')).toEqual([3, 4]);
    expect(sequences('--to', '2026-07-12T01:31:00Z')).toEqual([1, 2]);
    expect(sequences('--from', '2026-07-12', '--to', '2026-07-13')).toEqual([1, 2, 3, 4]);
  });

  it('export: what is sealed stays sealed unless asked for with the key', () => {
    const place = journalFolder();
    const journal = written(place);
    const sealed = run('export', '--file', place.path, '--case', 'case-1');
    expect(sealed.out.join('\n')).not.toMatch(/林晓|CA1234567/);
    const [line] = sealed.out.map((text) => JSON.parse(text));
    expect(line).toMatchObject({ sequence: 3, caseId: 'case-1', clear: '{}' });
    expect(line.sealed).toMatch(/^[A-Za-z0-9+/]{40,}=*$/);
    expect(line).not.toHaveProperty('personal');

    const open = [
      'export',
      '--file',
      place.path,
      '--case',
      'case-1',
      '--with-personal',
      '--key',
      place.keyPath,
    ];
    expect(JSON.parse(run(...open).out[0] ?? '').personal).toEqual({
      name: '林晓',
      documentNumber: 'CA1234567',
    });
    journal.eraseCase('case-1');
    expect(JSON.parse(run(...open).out[0] ?? '')).toMatchObject({ personalUnreadable: 'erased' });
  });

  it('export: carries all that is needed to compute the chain elsewhere', () => {
    const place = journalFolder();
    const journal = written(place);
    const lines = run('export', '--file', place.path).out.map((text) => JSON.parse(text));
    let previous = '0'.repeat(64);
    for (const line of lines) {
      const text = JSON.stringify([
        'exit-entry-terminal journal entry 1',
        previous,
        line.sequence,
        line.event,
        line.type,
        line.outcome,
        line.sessionId,
        line.caseId,
        line.subject,
        line.wallMs,
        line.monotonicUs,
        line.clear,
        line.sealed === null ? null : { base64: line.sealed },
      ]);
      previous = createHash('sha256').update(text, 'utf8').digest('hex');
      expect(line.hash).toBe(previous);
    }
    expect(previous).toBe(journal.head().hash);
  });

  it('ends with 2 for what it does not understand', () => {
    const place = journalFolder();
    const wrong = [
      [],
      ['verify'],
      ['delete', '--file', place.path],
      ['show', 'more', '--file', place.path],
      ['show', '--file', place.path, '--from', 'yesterday'],
      ['verify', '--file', place.path, '--anchor', '4'],
      ['verify', '--file', place.path, '--case', 'case-1'],
      ['show', '--file', place.path, '--with-personal', '--key', place.keyPath],
      ['export', '--file', place.path, '--with-personal'],
      ['export', '--file', place.path, '--key', place.keyPath],
      ['verify', '--file', place.path, '--fast'],
    ];
    for (const args of wrong) {
      const { status, out, err } = run(...args);
      expect({ args, status, out }).toEqual({ args, status: exitCodes.usage, out: [] });
      expect(err.join('\n')).toContain('Usage:');
    }
  });

  it('ends with 3 for what it cannot read', () => {
    const place = journalFolder();
    expect(run('verify', '--file', `${place.path}-none`).status).toBe(exitCodes.unreadable);
    writeFileSync(`${place.path}.txt`, 'x'.repeat(9000));
    expect(run('verify', '--file', `${place.path}.txt`).status).toBe(exitCodes.unreadable);
    written(place);
    const withKey = ['export', '--file', place.path, '--with-personal', '--key'];
    expect(run(...withKey, `${place.path}-none`).status).toBe(exitCodes.unreadable);
    expect(run(...withKey, place.path).status).toBe(exitCodes.unreadable);
    writeFileSync(`${place.keyPath}.other`, Buffer.alloc(32, 1));
    expect(run(...withKey, `${place.keyPath}.other`)).toMatchObject({
      status: exitCodes.unreadable,
      out: [],
    });
  });
});
