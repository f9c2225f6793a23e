import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournalReader } from '../../../main/journal/open.ts';
import { journalFolder, tamper } from './temporary-journal.ts';

const person = { documentNumber: 'CA1234567', nameChinese: '林晓', notes: ['born 1988-02-29'] };

describe('personal data', () => {
  it('comes back as it was and never stands in the files in clear', () => {
    const place = journalFolder();
    const journal = place.open();
    journal.append({ event: 'permit-read-complete', outcome: 'success', caseId: 'case-1', personal: person });
    const [entry] = [...journal.entries({ caseId: 'case-1' })];
    expect(entry?.hasPersonal).toBe(true);
    expect(entry && journal.personalOf(entry)).toEqual({ ok: true, value: person });
    for (const file of [place.path, `${place.path}-wal`]) {
      const bytes = readFileSync(file);
      for (const text of ['CA1234567', '林晓', '1988-02-29']) expect(bytes.includes(text)).toBe(false);
    }
  });

  it('is sealed anew each time', () => {
    const place = journalFolder();
    const journal = place.open();
    for (let n = 0; n < 3; n += 1) {
      journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: person });
    }
    expect(journal.caseFacts('case-1').map((fact) => fact.personal)).toEqual(
      Array(3).fill({ ok: true, value: person }),
    );
  });

  it('opens only in the entry it was sealed for', () => {
    const place = journalFolder();
    const journal = place.open();
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: person });
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: { other: 1 } });
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-2', personal: { other: 2 } });
    journal.close();
    tamper(
      place.path,
      `UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE sequence = 2) WHERE sequence IN (3, 4)`,
    );
    const again = place.open();
    const personal = ['case-1', 'case-2'].flatMap((id) => again.caseFacts(id).map((fact) => fact.personal));
    expect(personal).toMatchObject([
      { ok: true, value: person },
      { ok: false, error: { code: 'notAuthentic' } },
      { ok: false, error: { code: 'notAuthentic' } },
    ]);
  });

  it('does not open with the key of another case', () => {
    const place = journalFolder();
    const journal = place.open();
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: person });
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-2', personal: person });
    journal.close();
    tamper(
      place.path,
      "UPDATE case_keys SET wrapped = (SELECT wrapped FROM case_keys WHERE case_id = 'case-2') WHERE case_id = 'case-1'",
    );
    expect(place.open().caseFacts('case-1')).toMatchObject([
      { personal: { ok: false, error: { code: 'notAuthentic' } } },
    ]);
  });

  it('stays closed to a reader without the master key, and to one with another', () => {
    const place = journalFolder();
    const journal = place.open();
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: person });
    const without = openJournalReader(place.path);
    expect(without.ok && without.value.reader.caseFacts('case-1')).toMatchObject([
      { personal: { ok: false, error: { code: 'noMasterKey' } } },
    ]);
    if (without.ok) without.value.close();
    expect(openJournalReader(place.path, new Uint8Array(32))).toMatchObject({
      ok: false,
      error: { code: 'masterKeyWrong' },
    });
    const right = openJournalReader(place.path, new Uint8Array(readFileSync(place.keyPath)));
    expect(right.ok && right.value.reader.caseFacts('case-1')).toMatchObject([
      { personal: { ok: true, value: person } },
    ]);
    if (right.ok) right.value.close();
  });

  it('leaves no key behind for an entry that was refused', () => {
    const place = journalFolder();
    const journal = place.open();
    expect(() =>
      journal.append({
        event: 'application-submit-init',
        outcome: 'n/a',
        caseId: 'case-1',
        clear: { requestId: 'r-1' },
        personal: person,
        outbox: { destination: 'bureau', requestId: 'r-1', body: () => 1 },
      }),
    ).toThrow(TypeError);
    expect(journal.head().sequence).toBe(1);
    expect(journal.eraseCase('case-1')).toMatchObject({ ok: false, error: { code: 'unknownCase' } });
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'case-1', personal: person });
    journal.close();
    copyFileSync(place.path, join(place.folder, 'copy.db'));
    expect(place.open().caseFacts('case-1')).toMatchObject([{ personal: { ok: true, value: person } }]);
  });
});
