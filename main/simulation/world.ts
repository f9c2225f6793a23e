/**
 * The simulated hall: the virtual units of one re-endorsement machine at the far end of their wires, the bureau and
 * payment simulators, and the hands of the invented people. Kept in a folder, so that a terminal that was killed
 * finds the card still inside and the order still known.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NativePackages } from '../../devices/native.ts';
import { keepCardUnit, restoreCardUnit } from '../../native-mocks/card-states.ts';
import { type CardUnit, createCardUnit, type VirtualCard } from '../../native-mocks/card-unit.ts';
import {
  createVirtualEndorsementPrinter,
  type VirtualEndorsementPrinter,
} from '../../native-mocks/endorsement-printer.ts';
import { createVirtualMrzReader, type VirtualMrzReader } from '../../native-mocks/mrz-reader.ts';
import { createVirtualPcsc, followCardUnit, type VirtualReader } from '../../native-mocks/pcsc-mini.ts';
import { mrzInformation, printedPermitLine } from '../../native-mocks/permit/machine-readable-zone.ts';
import { createVirtualPermit } from '../../native-mocks/permit/permit-card.ts';
import { type PersonalisationFault, personalise } from '../../native-mocks/permit/personalise.ts';
import {
  createVirtualReceiptPrinter,
  type VirtualReceiptPrinter,
} from '../../native-mocks/receipt-printer.ts';
import { createSerialPortMock, type SerialPortMock } from '../../native-mocks/serialport.ts';
import {
  createTestCsca,
  openTestCsca,
  type TestCsca,
  writeCscaCertificate,
} from '../../native-mocks/test-csca.ts';
import { type BureauSimulator, createBureauSimulator } from '../bureau/simulator.ts';
import type { TerminalConfig } from '../config/schema.ts';
import { createPaymentsSimulator, type PaymentsSimulator } from '../payments/simulator.ts';
import { addDays } from '../rules/dates.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { Clock } from '../session/clock.ts';
import { type Person, people } from './people.ts';

export interface WorldOptions {
  readonly config: TerminalConfig;
  readonly rules: RuleSet;
  readonly clock: Clock;
  /** `assets/simulation`. */
  readonly assets: string;
  /** Where the hall is kept over restarts; the certificates to trust are written to `csca` in it. */
  readonly folder: string;
  /** 1 = moving and printing last as long as on a real unit. */
  readonly speed: number;
  /** `false`: nothing is kept, for many short runs. */
  readonly keep?: boolean;
}

export interface World {
  readonly natives: NativePackages;
  readonly cardUnit: CardUnit;
  readonly reader: VirtualReader;
  readonly serial: SerialPortMock;
  readonly endorsementPrinter: VirtualEndorsementPrinter;
  readonly mrzReader: VirtualMrzReader | null;
  readonly receiptPrinter: VirtualReceiptPrinter;
  readonly bureau: BureauSimulator;
  readonly payments: PaymentsSimulator;
  readonly people: readonly Person[];
  /** Folder of country signing certificates with which the people's permits are genuine. */
  readonly cscaFolder: string;
  /** The person's permit as it left the bureau's printer; made once, and the same card every time. */
  permitOf(personId: string, faults?: readonly PersonalisationFault[]): Promise<VirtualCard>;
  /** The hand holds the permit into the slot. `false`: another card is there. */
  insertPermit(personId: string, faults?: readonly PersonalisationFault[]): Promise<boolean>;
  close(): void;
}

const binCapacity = 30;

/** A printed line whose key opens the chip, though the chip says another day of expiry. */
function printedOtherwise(person: Person) {
  const line = { ...person, dateOfExpiry: addDays(person.dateOfExpiry, 1) };
  return { mrzInformation: mrzInformation(line), printedMrz: printedPermitLine(person.documentType, line) };
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const { config, clock, folder, speed } = options;
  const keep = options.keep ?? true;
  const now = new Date(clock.now());
  const csca = keep ? await openTestCsca(join(folder, 'csca-key.json'), now) : createTestCsca(now);
  /** Made when first needed: few people carry its signature. */
  let stranger: TestCsca | null = null;
  const cscaFolder = join(folder, 'csca');
  await writeCscaCertificate(csca, cscaFolder);

  const unit = restored(keep ? join(folder, 'card-unit.json') : null);
  const stopKeeping = keep ? keepCardUnit(unit, join(folder, 'card-unit.json')) : () => {};
  const pcsc = createVirtualPcsc();
  const reader = pcsc.addReader(config.devices.cardReader.reader);
  followCardUnit(reader, unit);
  const serial = createSerialPortMock();
  const endorsementPrinter = createVirtualEndorsementPrinter({ cardUnit: unit, clock, speed });
  serial.plug(config.devices.endorsementPrinter.path, endorsementPrinter);
  const receiptPrinter = createVirtualReceiptPrinter({ clock, speed });
  serial.plug(config.devices.receiptPrinter.path, receiptPrinter);
  const mrzReader = config.devices.mrzReader ? createVirtualMrzReader(unit) : null;
  if (mrzReader && config.devices.mrzReader) serial.plug(config.devices.mrzReader.path, mrzReader);

  const everybody = people(clock.today());
  const bureau = createBureauSimulator({
    holders: everybody,
    rules: options.rules,
    clock,
    division: config.region.division,
    ...(keep ? { path: join(folder, 'bureau.db') } : {}),
  });
  const payments = createPaymentsSimulator({ clock, ...(keep ? { path: join(folder, 'payments.db') } : {}) });

  const cards = new Map<string, VirtualCard>();
  const permitOf = async (
    personId: string,
    faults: readonly PersonalisationFault[] = [],
  ): Promise<VirtualCard> => {
    const known = cards.get(personId);
    if (known && faults.length === 0) return known;
    const card = await makeCard(found(personId), faults);
    if (faults.length === 0) cards.set(personId, card);
    return card;
  };

  return {
    natives: {
      pcsc: pcsc.module,
      // The stand-in has the one class of the package that adapters use.
      serialport: { SerialPort: serial.SerialPort } as unknown as NativePackages['serialport'],
    },
    cardUnit: unit,
    reader,
    serial,
    endorsementPrinter,
    mrzReader,
    receiptPrinter,
    bureau,
    payments,
    people: everybody,
    cscaFolder,
    permitOf,
    async insertPermit(personId, faults) {
      return unit.insert(await permitOf(personId, faults));
    },
    close() {
      stopKeeping();
      bureau.close();
      payments.close();
    },
  };

  function restored(path: string | null): CardUnit {
    if (path === null) return createCardUnit({ binCapacity });
    const kept = restoreCardUnit(path, binCapacity);
    return kept.ok ? kept.value : createCardUnit({ binCapacity });
  }

  function found(personId: string): Person {
    const person = everybody.find(({ id }) => id === personId);
    if (!person) throw new Error(`there is no invented person ${personId}`);
    return person;
  }

  async function makeCard(person: Person, faults: readonly PersonalisationFault[]): Promise<VirtualCard> {
    const portrait = String(person.portrait).padStart(2, '0');
    const face = await readFile(join(options.assets, 'portraits', `${portrait}-document.jpg`));
    if (person.chip.fault === 'unknownSigner') stranger ??= createTestCsca(now, 'TEST CSCA NOBODY TRUSTS');
    const { signer } = person.chip.fault === 'unknownSigner' && stranger ? stranger : csca;
    const spec = personalise({
      holder: person,
      face,
      endorsements: person.chip.endorsements.map((endorsement) => ({
        ...endorsement,
        validFrom: endorsement.issuedOn,
        used: endorsement.entriesUsed,
        remarks: '',
        issuingAuthority: config.region.division,
        caseNumber: `${endorsement.place}${endorsement.issuedOn.replaceAll('-', '')}`,
      })),
      signer,
      now,
      document: person.documentType,
      faults: person.chip.fault === 'tamperedDataGroup' ? [...faults, { type: 'tamperedDg1' }] : faults,
    });
    const permit = createVirtualPermit(
      person.chip.fault === 'mrzDiffers' ? { ...spec, ...printedOtherwise(person) } : spec,
    );
    return { permit, backImage: null, printedMrz: permit.printedMrz };
  }
}
