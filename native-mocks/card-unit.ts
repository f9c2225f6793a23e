/**
 * The place where the virtual units of a re-endorsement machine meet: one slot, one transport, one retain bin and
 * the card in them. The endorsement printer's motor moves the card, the PC/SC reader and the optical MRZ reader see
 * it while it is inside, the person's hand inserts and takes it. There are no bytes here: each unit speaks its own
 * protocol on top.
 */
import type { VirtualPermit } from './permit/virtual-permit.ts';

/** A card as a thing: its chip, its rewritable back and the line printed on its front. */
export interface VirtualCard {
  readonly permit: VirtualPermit;
  /** PNG of what stands on the back; `null`: blank. */
  backImage: Uint8Array | null;
  /** 30 characters, as an optical reader sees them. */
  readonly printedMrz: string;
}

export type CardUnitPosition = 'absent' | 'atSlot' | 'inside' | 'retained';

/** What happened; `position` is where the card is afterwards. */
export interface CardUnitChange {
  readonly type:
    | 'inserted'
    | 'drawn'
    | 'ejected'
    | 'retained'
    | 'taken'
    | 'printed'
    | 'written'
    | 'binEmptied';
  readonly position: CardUnitPosition;
  readonly card: VirtualCard | null;
}

export interface CardUnit {
  /** `retained` lasts until the next card is inserted or the bin is emptied. */
  position(): CardUnitPosition;
  /** The card at the slot or inside; `null` when there is none there. */
  card(): VirtualCard | null;
  /** The hand holds a card into the slot. `false`: another card is in the way. */
  insert(card: VirtualCard): boolean;
  /** The motor draws the card from the slot to the reading position. `false`: no card at the slot. */
  draw(): boolean;
  /** The motor pushes the card to the slot. `false`: no card inside. */
  eject(): boolean;
  /** The motor draws the card into the retain bin. */
  retain(): 'retained' | 'noCard' | 'binFull';
  /** The hand takes the card at the slot. `null`: none there. */
  take(): VirtualCard | null;
  /** The head rewrites the back of the card inside with `png`. `false`: no card inside. */
  printBack(png: Uint8Array): boolean;
  onChange(listener: (change: CardUnitChange) => void): () => void;
  /** Cards in the bin, oldest first. */
  retained(): VirtualCard[];
  readonly binCapacity: number;
  /** Staff empties the bin; answers what was in it. */
  emptyBin(): VirtualCard[];
}

export interface CardUnitOptions {
  readonly binCapacity: number;
  /** Where things were when the power went; leave out for an empty machine. */
  readonly initially?: {
    readonly position: CardUnitPosition;
    readonly card: VirtualCard | null;
    readonly retained: readonly VirtualCard[];
  };
}

/** The slot, transport and bin of one machine, empty unless `initially` says otherwise. */
export function createCardUnit(options: CardUnitOptions): CardUnit {
  const listeners = new Set<(change: CardUnitChange) => void>();
  const bin: VirtualCard[] = [...(options.initially?.retained ?? [])];
  let position: CardUnitPosition = options.initially?.position ?? 'absent';
  let card: VirtualCard | null = null;
  let stopWatching = (): void => {};

  const announce = (type: CardUnitChange['type'], subject: VirtualCard | null): void => {
    for (const listener of [...listeners]) listener({ type, position, card: subject });
  };

  const hold = (next: VirtualCard): void => {
    card = next;
    stopWatching = next.permit.onEvent((event) => {
      if (event.type === 'written') announce('written', next);
      else leave('absent', 'taken');
    });
  };

  const leave = (to: 'absent' | 'retained', type: 'taken' | 'retained'): VirtualCard | null => {
    const gone = card;
    stopWatching();
    card = null;
    position = to;
    if (gone !== null && to === 'retained') bin.push(gone);
    announce(type, gone);
    return gone;
  };

  if (options.initially?.card) hold(options.initially.card);

  return {
    binCapacity: options.binCapacity,
    position: () => position,
    card: () => card,
    insert(next) {
      if (card !== null) return false;
      hold(next);
      position = 'atSlot';
      announce('inserted', next);
      return true;
    },
    draw() {
      if (position !== 'atSlot') return false;
      position = 'inside';
      announce('drawn', card);
      return true;
    },
    eject() {
      if (position !== 'inside') return false;
      position = 'atSlot';
      announce('ejected', card);
      return true;
    },
    retain() {
      if (card === null) return 'noCard';
      if (bin.length >= options.binCapacity) return 'binFull';
      leave('retained', 'retained');
      return 'retained';
    },
    take() {
      if (position !== 'atSlot') return null;
      return leave('absent', 'taken');
    },
    printBack(png) {
      if (card === null || position !== 'inside') return false;
      card.backImage = png;
      announce('printed', card);
      return true;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retained: () => [...bin],
    emptyBin() {
      const emptied = bin.splice(0);
      if (position === 'retained') position = 'absent';
      announce('binEmptied', null);
      return emptied;
    },
  };
}
