/** The simulated hall as the bench window shows it, and the hands that the bench lends to a developer. */
import { endorsementPrinterFaults } from '../../native-mocks/endorsement-printer.ts';
import { mrzReaderFaults } from '../../native-mocks/mrz-reader.ts';
import type { PersonalisationFault } from '../../native-mocks/permit/personalise.ts';
import { receiptPrinterFaults } from '../../native-mocks/receipt-printer.ts';
import { bureauFaultKinds } from '../bureau/simulator.ts';
import type { BenchCommand, BenchDevice, BenchState } from '../contract/bench.ts';
import { paymentFaultKinds } from '../payments/simulator.ts';
import type { Person } from './people.ts';
import type { World } from './world.ts';

/** What the bench window works with. */
export interface WorldBench {
  state(): BenchState;
  /** Calls `listener` after every change; answers how to stop. */
  onState(listener: (state: BenchState) => void): () => void;
  /** An action or fault that the bench does not have is dropped. */
  handle(command: BenchCommand): void;
}

/** Who can stand before the portrait camera. Whoever owns the video device makes it so. */
export interface BenchCamera {
  /** What can be chosen, such as `person01`; `holder` is whoever's permit was inserted. */
  readonly scenes: readonly string[];
  /** The one before the camera now, never `holder`. */
  scene(): string;
  kind(): 'nobody' | 'person' | 'paperCopy';
  /** JPEG of the person before the camera, if it is a person. */
  still(): Uint8Array | null;
  /** Chosen by hand: stays until `holder` is chosen again. */
  show(scene: string): void;
  /** The person holds a permit into the slot and so stands before the camera, unless a scene was chosen by hand. */
  stepBefore(person: Person): void;
}

/** One virtual device: how it looks, and what can be done at it. */
interface Station {
  readonly id: string;
  look(): Pick<BenchDevice, 'state' | 'lines' | 'actions' | 'image'>;
  readonly faults: readonly string[];
  isFaulty(fault: string): boolean;
  act(action: string, value: string | undefined): void;
  setFault(fault: string, active: boolean): void;
}

/** Faults of a permit that is yet to be inserted. */
const permitFaults: Readonly<Record<string, PersonalisationFault>> = {
  mute: { type: 'mute' },
  slow: { type: 'slow', msPerApdu: 200 },
  pulled: { type: 'pulled', atApdu: 9 },
  wrongMac: { type: 'wrongMac', inResponse: 4 },
  expired: { type: 'expired' },
  tamperedDg1: { type: 'tamperedDg1' },
  noDg2: { type: 'noDg2' },
  endorsementFileFull: { type: 'endorsementFileFull' },
  writeCorrupts: { type: 'writeCorrupts' },
  removedAfterWrite: { type: 'removedAfterWrite', writes: 1 },
};

/** Milliseconds of a fault that makes something slow. */
const slowMs = 3000;

/** What no device announces, such as a new payment order, is looked for this often. */
const lookEveryMs = 500;

/** The bench of `world`; without `camera` it has no portrait camera. */
export function createBench(world: World, camera: BenchCamera | null = null): WorldBench {
  const stations = [
    cardUnitStation(world, camera),
    ...mrzReaderStation(world),
    ...(camera ? [portraitCameraStation(camera)] : []),
    endorsementPrinterStation(world),
    receiptPrinterStation(world),
    phoneStation(world),
    bureauStation(world),
  ];
  const state = (): BenchState => ({
    devices: stations.map((station) => ({
      id: station.id,
      ...station.look(),
      faults: station.faults.map((id) => ({ id, active: station.isFaulty(id) })),
    })),
  });

  const listeners = new Set<(state: BenchState) => void>();
  let shown = '';
  const publish = () => {
    if (listeners.size === 0) return;
    const next = state();
    const text = JSON.stringify(next);
    if (text === shown) return;
    shown = text;
    for (const listener of listeners) listener(next);
  };
  world.cardUnit.onChange(publish);
  world.endorsementPrinter.onChange(publish);
  world.receiptPrinter.onChange(publish);

  return {
    state,
    onState(listener) {
      listeners.add(listener);
      const looking = setInterval(publish, lookEveryMs);
      looking.unref();
      return () => {
        clearInterval(looking);
        listeners.delete(listener);
      };
    },
    handle(command) {
      const station = stations.find(({ id }) => id === command.device);
      if (!station) return;
      if (command.type === 'action') station.act(command.action, command.value);
      else if (station.faults.includes(command.fault)) station.setFault(command.fault, command.active);
      publish();
    },
  };
}

function cardUnitStation(world: World, camera: BenchCamera | null): Station {
  const { cardUnit, reader } = world;
  const permit = new Set<string>();
  let unplugged = false;
  let held = false;
  return {
    id: 'cardReader',
    faults: [...Object.keys(permitFaults), 'unplugged', 'heldByOther'],
    isFaulty: (fault) =>
      fault === 'unplugged' ? unplugged : fault === 'heldByOther' ? held : permit.has(fault),
    look: () => ({
      state: cardUnit.position(),
      lines: [
        `${cardUnit.retained().length} of ${cardUnit.binCapacity} in the bin`,
        `${reader.exchanged.apdus} APDUs, ${reader.exchanged.bytes} bytes over the air`,
      ],
      actions: [
        {
          id: 'insert',
          choices: world.people.map(({ id, nameChinese, story }) => ({
            value: id,
            label: `${id} ${nameChinese} — ${story}`,
          })),
        },
        { id: 'take' },
        { id: 'emptyBin' },
      ],
      image: null,
    }),
    act(action, value) {
      if (action === 'take') cardUnit.take();
      else if (action === 'emptyBin') cardUnit.emptyBin();
      else if (action === 'insert') {
        const person = world.people.find(({ id }) => id === value);
        if (!person) return;
        camera?.stepBefore(person);
        const faults = [...permit].flatMap((name) => permitFaults[name] ?? []);
        // The bench shows where the card is; a permit that cannot be made is a bug and may end the simulation.
        void world.insertPermit(person.id, faults);
      }
    },
    setFault(fault, active) {
      if (fault === 'unplugged') {
        if (active !== unplugged) active ? reader.unplug() : reader.plugIn();
        unplugged = active;
      } else if (fault === 'heldByOther') {
        if (active !== held) active ? reader.holdByOther() : reader.releaseByOther();
        held = active;
      } else if (active) permit.add(fault);
      else permit.delete(fault);
    },
  };
}

function mrzReaderStation({ mrzReader }: World): Station[] {
  if (!mrzReader) return [];
  return [
    {
      id: 'mrzReader',
      ...faultsOf(mrzReaderFaults, mrzReader.activeFaults, mrzReader.setFault),
      look: () => ({ state: 'connected', lines: [], actions: [], image: null }),
      act: () => {},
    },
  ];
}

function portraitCameraStation(camera: BenchCamera): Station {
  return {
    id: 'portraitCamera',
    faults: [],
    isFaulty: () => false,
    look: () => ({
      state: camera.kind(),
      lines: [camera.scene()],
      actions: [
        { id: 'standBefore', choices: camera.scenes.map((scene) => ({ value: scene, label: scene })) },
      ],
      image: picture(camera.still(), 'image/jpeg'),
    }),
    act(action, value) {
      if (action === 'standBefore' && value !== undefined && camera.scenes.includes(value))
        camera.show(value);
    },
    setFault: () => {},
  };
}

function endorsementPrinterStation({ endorsementPrinter, cardUnit }: World): Station {
  return {
    id: 'endorsementPrinter',
    ...faultsOf(endorsementPrinterFaults, endorsementPrinter.activeFaults, endorsementPrinter.setFault),
    look: () => ({
      state: endorsementPrinter.activity(),
      lines: [],
      actions: [],
      image: picture(cardUnit.card()?.backImage, 'image/png'),
    }),
    act: () => {},
  };
}

function receiptPrinterStation({ receiptPrinter }: World): Station {
  return {
    id: 'receiptPrinter',
    ...faultsOf(receiptPrinterFaults, receiptPrinter.activeFaults, receiptPrinter.setFault),
    look: () => {
      const last = receiptPrinter.tickets().at(-1);
      return {
        state: last?.place ?? 'empty',
        lines: [`${last?.number ?? 0} tickets printed`],
        actions: [{ id: 'take' }],
        image: picture(last?.png, 'image/png'),
      };
    },
    act: (action) => {
      if (action === 'take') receiptPrinter.take();
    },
  };
}

function phoneStation({ payments }: World): Station {
  const { phone, faults } = payments;
  return {
    id: 'paymentPhone',
    faults: paymentFaultKinds,
    isFaulty: (kind) => faults.active().some((fault) => fault.kind === kind),
    look: () => {
      const order = phone.waitingOrder();
      return {
        state: order ? 'codeInSight' : 'idle',
        lines: order ? [`${order.orderNumber}: ¥${(order.amountFen / 100).toFixed(2)}`] : [],
        actions: [{ id: 'payAlipay' }, { id: 'payWechat' }, { id: 'refuse' }],
        image: null,
      };
    },
    act(action) {
      const order = phone.waitingOrder();
      if (!order) return;
      if (action === 'payAlipay') phone.pay(order.orderNumber, 'alipay');
      else if (action === 'payWechat') phone.pay(order.orderNumber, 'wechat');
      else if (action === 'refuse') phone.refuse(order.orderNumber);
    },
    setFault(name, active) {
      const kind = paymentFaultKinds.find((each) => each === name);
      if (!kind) return;
      if (!active) faults.clear(kind);
      else faults.set(kind === 'slow' || kind === 'late' ? { kind, ms: slowMs } : { kind });
    },
  };
}

function bureauStation({ bureau }: World): Station {
  const { faults } = bureau;
  return {
    id: 'bureau',
    faults: bureauFaultKinds,
    isFaulty: (kind) => faults.active().some((fault) => fault.kind === kind),
    look: () => ({ state: 'connected', lines: [], actions: [], image: null }),
    act: () => {},
    setFault(name, active) {
      const kind = bureauFaultKinds.find((each) => each === name);
      if (!kind) return;
      if (!active) faults.clear(kind);
      else faults.set(kind === 'slow' ? { kind, ms: slowMs } : { kind });
    },
  };
}

/** The faults of a device that names its own. */
function faultsOf<F extends string>(
  names: readonly F[],
  active: () => readonly F[],
  set: (fault: F, active: boolean) => void,
): Pick<Station, 'faults' | 'isFaulty' | 'setFault'> {
  return {
    faults: names,
    isFaulty: (name) => active().some((fault) => fault === name),
    setFault: (name, on) => {
      const fault = names.find((each) => each === name);
      if (fault !== undefined) set(fault, on);
    },
  };
}

const encoded = new WeakMap<Uint8Array, string>();

/** The same picture is encoded once, however often the bench looks. */
function picture(
  bytes: Uint8Array | null | undefined,
  mediaType: 'image/png' | 'image/jpeg',
): BenchDevice['image'] {
  if (!bytes) return null;
  const base64 = encoded.get(bytes) ?? Buffer.from(bytes).toString('base64');
  encoded.set(bytes, base64);
  return { mediaType, base64 };
}
