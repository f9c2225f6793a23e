/**
 * A virtual optical MRZ reader beside the reading position of the card unit: when a card comes inside, and when the
 * host sends `R`, it sends STX, the 30 printed characters, CR, ETX. Without a card it stays silent.
 */
import type { CardUnit } from './card-unit.ts';
import type { VirtualSerialDevice } from './serialport.ts';

export const mrzReaderFaults = [
  /** One digit is read as another, so that a check digit does not agree. */
  'misread',
  'silent',
  /** The frame breaks off in the middle. */
  'halfFrame',
] as const;
export type MrzReaderFault = (typeof mrzReaderFaults)[number];

export interface VirtualMrzReader extends VirtualSerialDevice {
  setFault(fault: MrzReaderFault, active: boolean): void;
  activeFaults(): readonly MrzReaderFault[];
}

const STX = 0x02;
const ETX = 0x03;
const CR = 0x0d;
const READ = 0x52;

/** A reader that looks at the card inside `cardUnit`. */
export function createVirtualMrzReader(cardUnit: CardUnit): VirtualMrzReader {
  const faults = new Set<MrzReaderFault>();
  let send: ((bytes: Uint8Array) => void) | null = null;

  const read = (): void => {
    const card = cardUnit.position() === 'inside' ? cardUnit.card() : null;
    if (card === null || faults.has('silent')) return;
    const line = faults.has('misread') ? misread(card.printedMrz) : card.printedMrz;
    const frame = Uint8Array.of(STX, ...new TextEncoder().encode(line), CR, ETX);
    send?.(faults.has('halfFrame') ? frame.subarray(0, 14) : frame);
  };

  cardUnit.onChange((change) => {
    if (change.type === 'drawn') read();
  });

  return {
    connected(to) {
      send = to;
    },
    disconnected() {
      send = null;
    },
    receive(bytes) {
      for (const byte of bytes) if (byte === READ) read();
    },
    setFault(fault, active) {
      if (active) faults.add(fault);
      else faults.delete(fault);
    },
    activeFaults: () => [...faults],
  };
}

/** The fifth character of the document number, which is a digit, read as the next digit. */
function misread(line: string): string {
  const at = 6;
  return `${line.slice(0, at)}${(Number(line[at] ?? 0) + 1) % 10}${line.slice(at + 1)}`;
}
