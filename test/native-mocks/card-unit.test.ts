import { describe, expect, it } from 'vitest';
import { createCardUnit, type VirtualCard } from '../../native-mocks/card-unit.ts';
import { createVirtualPermit } from '../../native-mocks/permit/permit-card.ts';
import type { PersonalisationFault } from '../../native-mocks/permit/personalise.ts';
import { plain } from './permit/independent-terminal.ts';
import { specOf } from './permit/invented-people.ts';

function cardWith(...faults: PersonalisationFault[]): VirtualCard {
  const permit = createVirtualPermit(specOf({ faults }));
  return { permit, backImage: null, printedMrz: permit.printedMrz };
}

const PICTURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);

describe('the card unit', () => {
  it('lets a card in at the slot, draws it, prints it, gives it back', () => {
    const unit = createCardUnit({ binCapacity: 2 });
    const seen: string[] = [];
    unit.onChange(({ type, position }) => seen.push(`${type} ${position}`));
    const card = cardWith();
    expect(unit.insert(card)).toBe(true);
    expect(unit.draw()).toBe(true);
    expect(unit.printBack(PICTURE)).toBe(true);
    expect(unit.eject()).toBe(true);
    expect(unit.take()).toBe(card);
    expect(card.backImage).toEqual(PICTURE);
    expect(unit.card()).toBeNull();
    expect(seen).toEqual([
      'inserted atSlot',
      'drawn inside',
      'printed inside',
      'ejected atSlot',
      'taken absent',
    ]);
  });

  it('does nothing that needs a card elsewhere than it is', () => {
    const unit = createCardUnit({ binCapacity: 2 });
    expect([unit.draw(), unit.eject(), unit.take(), unit.retain(), unit.printBack(PICTURE)]).toEqual([
      false,
      false,
      null,
      'noCard',
      false,
    ]);
    unit.insert(cardWith());
    expect([unit.insert(cardWith()), unit.eject(), unit.printBack(PICTURE)]).toEqual([false, false, false]);
    unit.draw();
    expect([unit.draw(), unit.take()]).toEqual([false, null]);
  });

  it('retains cards until the bin is full, and again when it was emptied', () => {
    const unit = createCardUnit({ binCapacity: 1 });
    const first = cardWith();
    unit.insert(first);
    expect(unit.retain()).toBe('retained');
    expect(unit.position()).toBe('retained');
    unit.insert(cardWith());
    unit.draw();
    expect(unit.retain()).toBe('binFull');
    expect(unit.position()).toBe('inside');
    expect(unit.emptyBin()).toEqual([first]);
    expect(unit.retain()).toBe('retained');
    expect(unit.retained()).toHaveLength(1);
  });

  it('loses a card that is pulled out while it is read', async () => {
    const unit = createCardUnit({ binCapacity: 1 });
    const card = cardWith({ type: 'pulled', atApdu: 2 });
    unit.insert(card);
    unit.draw();
    await plain(card.permit, '00A4040C07A0000002471001');
    await expect(plain(card.permit, '0084000008')).rejects.toThrow('left the field');
    expect([unit.position(), unit.card()]).toEqual(['absent', null]);
  });
});
