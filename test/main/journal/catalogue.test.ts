import { describe, expect, it } from 'vitest';
import { catalogue, ownCatalogue } from '../../../main/journal/catalogue.ts';
import { code, facts, sentence } from '../../../main/journal/clear-fields.ts';
import type { NewEntry } from '../../../main/journal/journal.ts';
import { journalFolder } from './temporary-journal.ts';

const all = Object.entries({ ...catalogue, ...ownCatalogue });

describe('the catalogue of events', () => {
  it('names events in kebab case and explains each in one sentence', () => {
    for (const [id, { doc }] of all) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect(doc).toMatch(/^[A-Z'][^\n]*\.$/);
    }
  });

  it('has an end for every beginning', () => {
    const ids = new Set(all.map(([id]) => id));
    for (const id of ids) {
      if (id.endsWith('-init')) expect(ids).toContain(id.replace(/-init$/, '-complete'));
    }
  });
});

describe('the clear part', () => {
  it('takes codes, not what a person is called or typed', () => {
    for (const good of ['HKG', '2018-07', 'pay/1.2', 'E1234', '202607120000000000000001']) {
      expect(code.safeParse(good).success).toBe(true);
    }
    for (const bad of ['林晓', 'LIN XIAO', '', 'x'.repeat(129), 'C12345678', 'CA1234567', 'E12345678']) {
      expect(code.safeParse(bad).success).toBe(false);
    }
    expect(facts.safeParse({ orderNumber: 'T1', amountFen: 1500, place: 'MAC', urgent: false }).success).toBe(
      true,
    );
    expect(facts.safeParse({ name: '林晓' }).success).toBe(false);
    expect(facts.safeParse({ nested: { a: 1 } }).success).toBe(false);
  });

  it('makes a sentence in printable ASCII of any text', () => {
    expect(sentence.parse('Paper jam at the cutter (code 0x12).')).toBe(
      'Paper jam at the cutter (code 0x12).',
    );
    expect(sentence.parse('tab\tand 中文 and 😀')).toBe('tab?and ?? and ?');
    expect(sentence.parse('x'.repeat(1000)).length).toBe(240);
  });

  it('is refused as a bug when the catalogue does not allow it, and nothing is written', () => {
    const journal = journalFolder().open();
    const { sequence } = journal.head();
    // What untyped code could hand over.
    const wrong: unknown[] = [
      { event: 'no-such-event', outcome: 'n/a' },
      { event: 'step-enter', outcome: 'n/a' },
      { event: 'step-enter', outcome: 'n/a', clear: { step: 'pay', name: 'x' } },
      { event: 'step-enter', outcome: 'n/a', clear: { step: 'two words' } },
      { event: 'staff-called', outcome: 'n/a', personal: { name: '林晓' } },
      { event: 'staff-called', outcome: 'n/a', caseId: 'c', personal: () => 1 },
    ];
    for (const entry of wrong) {
      expect(() => journal.append(entry as NewEntry)).toThrow(TypeError);
    }
    expect(journal.head().sequence).toBe(sequence);
    journal.append({ event: 'staff-called', outcome: 'n/a', caseId: 'c', personal: { name: '林晓' } });
    expect(journal.verify().intact).toBe(true);
  });

  it('does not repeat in the error what was refused', () => {
    const journal = journalFolder().open();
    expect(() => journal.append({ event: 'step-enter', outcome: 'n/a', clear: { step: '林晓' } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('林晓') }),
    );
  });
});
