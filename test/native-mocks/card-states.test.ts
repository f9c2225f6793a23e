import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetCardUnit, keepCardUnit, restoreCardUnit } from '../../native-mocks/card-states.ts';
import { type CardUnit, createCardUnit } from '../../native-mocks/card-unit.ts';
import { createVirtualPermit } from '../../native-mocks/permit/permit-card.ts';
import type { Personalisation } from '../../native-mocks/permit/personalise.ts';
import { openByBasicAccess, openByPace } from './permit/independent-terminal.ts';
import { specOf } from './permit/invented-people.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'card-states-'));
  path = join(folder, 'simulation', 'card-unit.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

function insertedCard(unit: CardUnit, changes: Partial<Personalisation> = {}) {
  const permit = createVirtualPermit(specOf(changes));
  const card = { permit, backImage: null, printedMrz: permit.printedMrz };
  unit.insert(card);
  return card;
}

function restored(): CardUnit {
  const unit = restoreCardUnit(path, 3);
  if (!unit.ok) throw new Error(unit.error);
  return unit.value;
}

describe('a machine whose power was cut', () => {
  it('is empty when it was never used', () => {
    expect(restored().position()).toBe('absent');
  });

  it('still has the card inside, with what was written to its chip and printed on its back', async () => {
    const unit = createCardUnit({ binCapacity: 3 });
    keepCardUnit(unit, path);
    const card = insertedCard(unit, {
      activeAuthentication: 'ecdsa',
      chipAuthentication: 'aes128',
      pace: { parameterId: 12, cipher: 'aes128' },
      faults: [{ type: 'removedAfterWrite', writes: 9 }],
    });
    unit.draw();
    unit.printBack(Buffer.from('back of the card'));
    const terminal = await openByBasicAccess(card.permit, card.permit.spec.mrzInformation);
    await terminal.select(0x0201);
    await terminal.send(0xd6, 0, 136, Uint8Array.of(0xe1, 0x7e));

    const after = restored();
    const found = after.card();
    if (found === null) throw new Error('the card is gone');
    expect(after.position()).toBe('inside');
    expect(Buffer.from(found.backImage ?? []).toString()).toBe('back of the card');
    expect(found.printedMrz).toBe(card.printedMrz);
    const again = await openByPace(found.permit, card.permit.spec.mrzInformation);
    await again.send(0xa4, 4, 0x0c, Uint8Array.of(0xa0, 0, 0, 2, 0x47, 0x10, 1));
    expect([...(await again.readFile(0x0201)).subarray(136, 138)]).toEqual([0xe1, 0x7e]);
    expect(found.permit.spec.faults).toEqual([]);
  });

  it('keeps its retained cards and knows when a card was taken', () => {
    const unit = createCardUnit({ binCapacity: 3 });
    keepCardUnit(unit, path);
    const kept = insertedCard(unit);
    unit.retain();
    expect(restored().retained()[0]?.printedMrz).toBe(kept.printedMrz);
    insertedCard(unit);
    expect(restored().position()).toBe('atSlot');
    unit.take();
    const after = restored();
    expect([after.position(), after.card(), after.retained().length]).toEqual(['absent', null, 1]);
    expect(readdirSync(join(folder, 'simulation'))).toEqual(['card-unit.json']);
  });

  it('goes on keeping what it restored, until told to stop or forget', () => {
    const unit = createCardUnit({ binCapacity: 3 });
    const stop = keepCardUnit(unit, path);
    insertedCard(unit);
    stop();
    const after = restored();
    keepCardUnit(after, path);
    after.draw();
    unit.take();
    expect(restored().position()).toBe('inside');
    forgetCardUnit(path);
    expect(restored().position()).toBe('absent');
  });

  it('says so when the file is not one it wrote', () => {
    keepCardUnit(createCardUnit({ binCapacity: 3 }), path);
    for (const content of ['', '{"position":"inside"}', '{"position":"flying","card":null,"retained":[]}']) {
      writeFileSync(path, content);
      expect(restoreCardUnit(path, 3)).toMatchObject({ ok: false });
    }
  });
});
