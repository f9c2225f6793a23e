import { describe, expect, it } from 'vitest';
import { createCardUnit, type VirtualCard } from '../../native-mocks/card-unit.ts';
import { createVirtualMrzReader } from '../../native-mocks/mrz-reader.ts';
import { specOf } from './permit/invented-people.ts';

const line = 'CSC000000015<2807111<9001011<0';
const card: VirtualCard = {
  permit: {
    spec: specOf(),
    atr: null,
    printedMrz: line,
    reset: () => {},
    transmit: async () => Uint8Array.of(0x6d, 0x00),
    state: () => ({ files: [] }),
    onEvent: () => () => {},
  },
  printedMrz: line,
  backImage: null,
};

const station = () => {
  const cardUnit = createCardUnit({ binCapacity: 3 });
  const reader = createVirtualMrzReader(cardUnit);
  const frames: string[] = [];
  reader.connected((bytes) => frames.push(Buffer.from(bytes).toString('latin1')));
  const drawIn = (): void => {
    cardUnit.insert(card);
    cardUnit.draw();
  };
  return { cardUnit, reader, frames, drawIn };
};

describe('virtual MRZ reader', () => {
  it('sends the printed line when a card comes inside and again when asked', () => {
    const { reader, frames, drawIn, cardUnit } = station();
    reader.receive(Uint8Array.of(0x52));
    cardUnit.insert(card);
    expect(frames).toEqual([]);
    drawIn();
    reader.receive(Uint8Array.of(0x52));
    expect(frames).toEqual([`\x02${line}\r\x03`, `\x02${line}\r\x03`]);
  });

  it('fault misread changes one digit and nothing else', () => {
    const { reader, frames, drawIn } = station();
    reader.setFault('misread', true);
    drawIn();
    const read = frames[0]?.slice(1, 31) ?? '';
    expect([...read].filter((character, at) => character !== line[at])).toHaveLength(1);
    expect(reader.activeFaults()).toEqual(['misread']);
  });

  it('fault silent sends nothing, also when asked', () => {
    const { reader, frames, drawIn } = station();
    reader.setFault('silent', true);
    drawIn();
    reader.receive(Uint8Array.of(0x52));
    expect(frames).toEqual([]);
    reader.setFault('silent', false);
    reader.receive(Uint8Array.of(0x52));
    expect(frames).toHaveLength(1);
  });

  it('fault halfFrame breaks off before CR', () => {
    const { reader, frames, drawIn } = station();
    reader.setFault('halfFrame', true);
    drawIn();
    expect(frames).toEqual([`\x02${line.slice(0, 13)}`]);
  });
});
