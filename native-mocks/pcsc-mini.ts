/**
 * Stands in for the package `pcsc-mini`: virtual readers that hold virtual permits. Cards answer APDU bytes; around
 * them this file behaves as pcscd 1.9 does through the package (events, status words, error codes, exclusive access),
 * as observed there with the same cards on the virtual reader of vsmartcard.
 */
import { EventEmitter } from 'node:events';
import type { CardUnit } from './card-unit.ts';
import { exchangeMs, type FieldTiming } from './contactless-timing.ts';
import { CardPulled, type VirtualPermit } from './permit/virtual-permit.ts';

type PcscMini = typeof import('pcsc-mini');

export interface VirtualPcscOptions {
  /** Makes exchanges last as long as the air interface takes; leave out to answer at once. */
  readonly timing?: FieldTiming;
  /** What connecting to a mute card fails with: drivers differ. */
  readonly muteCode?: 'UnpoweredCard' | 'UnresponsiveCard';
  /** What a command ends with during which the card left: an error, or success with no bytes as the virtual reader's driver has it. */
  readonly cutOff?: 'NotTransacted' | 'emptyResponse';
}

/** A reader as a person at the machine, or a fault, handles it. */
export interface VirtualReader {
  readonly name: string;
  /** Lays a card into the field, powered up; a card already there is replaced. */
  insert(permit: VirtualPermit): void;
  remove(): void;
  unplug(): void;
  plugIn(): void;
  /** Another process holds the card exclusively until `releaseByOther`. */
  holdByOther(): void;
  releaseByOther(): void;
  /** Another process resets the card. */
  resetByOther(): void;
  /** What has gone over the air since the reader was made, and how long that takes at the bit rate. */
  readonly exchanged: { readonly apdus: number; readonly bytes: number; readonly transportMs: number };
}

export interface VirtualPcsc {
  /** What an adapter receives in place of the package. */
  readonly module: PcscMini;
  /** A reader plugged in from now on; names are unique. */
  addReader(name: string): VirtualReader;
  /** pcscd ends: clients report `CommError`, everything else `NoService`. */
  stopService(): void;
  /** pcscd runs again: new clients can start. */
  startService(): void;
}

/** The card inside the card unit is the card in the reader's field; answers how to undo that. */
export function followCardUnit(reader: VirtualReader, unit: CardUnit): () => void {
  let inField: VirtualPermit | null = null;
  const follow = (): void => {
    const permit = unit.position() === 'inside' ? (unit.card()?.permit ?? null) : null;
    if (permit === inField) return;
    inField = permit;
    if (permit === null) reader.remove();
    else reader.insert(permit);
  };
  follow();
  return unit.onChange(follow);
}

const CardDisposition = { LEAVE: 0, RESET: 1, UNPOWER: 2, EJECT: 3 } as const;
const CardMode = { EXCLUSIVE: 1, SHARED: 2, DIRECT: 3 } as const;
const Protocol = { UNSET: 0, T0: 1, T1: 2, ANY: 3, RAW: 4, T15: 8 } as const;
const CardStatus = {
  UNKNOWN: 1,
  ABSENT: 2,
  PRESENT: 4,
  SWALLOWED: 8,
  POWERED: 16,
  NEGOTIABLE: 32,
  SPECIFIC: 64,
} as const;
const ReaderStatus = {
  IGNORE: 1,
  CHANGED: 2,
  UNKNOWN: 4,
  UNAVAILABLE: 8,
  EMPTY: 16,
  PRESENT: 32,
  ATR_MATCH: 64,
  EXCLUSIVE: 128,
  IN_USE: 256,
  MUTE: 512,
  UNPOWERED: 1024,
} as const;
const MAX_BUFFER_LEN = 264;

class PcscError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const taskError = (code: string, task: string): PcscError =>
  new PcscError(code, `[ ${task} ] Async task error`);

class StatusFlags {
  readonly raw: number;
  readonly #names: Readonly<Record<string, number>>;
  constructor(raw: number, names: Readonly<Record<string, number>>) {
    this.raw = raw;
    this.#names = names;
  }
  has(...flags: readonly number[]): boolean {
    const mask = flags.reduce((sum, flag) => sum | flag, 0);
    return (this.raw & mask) === mask;
  }
  hasAny(...flags: readonly number[]): boolean {
    return (this.raw & flags.reduce((sum, flag) => sum | flag, 0)) !== 0;
  }
  toString(): string {
    return flagNames(this.raw, this.#names);
  }
}

class ReaderStatusFlags extends StatusFlags {
  constructor(raw: number) {
    super(raw, ReaderStatus);
  }
}

class CardStatusFlags extends StatusFlags {
  constructor(raw: number) {
    super(raw, CardStatus);
  }
}

function flagNames(raw: number, names: Readonly<Record<string, number>>): string {
  const set = Object.entries(names)
    .filter(([name, bit]) => name !== 'CHANGED' && (raw & bit) !== 0)
    .map(([name]) => name);
  return `{ ${set.join(' | ')} }`;
}

/** One reader with its field, seen from pcscd. */
interface Field {
  readonly name: string;
  plugged: boolean;
  permit: VirtualPermit | null;
  /** Counts insertions and removals; stands in the high half of the reader status. */
  events: number;
  /** Counts resets; a connection that has seen fewer is told so. */
  resets: number;
  heldByOther: boolean;
  readonly connections: Set<Connection>;
  exchanged: { apdus: number; bytes: number; transportMs: number };
}

interface Connection {
  readonly mode: number;
  readonly permit: VirtualPermit;
  resetsSeen: number;
  open: boolean;
}

/** A PC/SC service with no readers yet. */
export function createVirtualPcsc(options: VirtualPcscOptions = {}): VirtualPcsc {
  const fields = new Map<string, Field>();
  const monitors = new Set<Client>();
  let serviceRuns = true;

  const isExclusive = (field: Field): boolean =>
    field.heldByOther || [...field.connections].some((held) => held.mode === CardMode.EXCLUSIVE);

  const statusOf = (field: Field): number => {
    if (!field.plugged) return ReaderStatus.CHANGED | ReaderStatus.UNKNOWN | ReaderStatus.UNAVAILABLE;
    const presence =
      field.permit === null
        ? ReaderStatus.EMPTY
        : ReaderStatus.PRESENT | (field.permit.atr === null ? ReaderStatus.MUTE : 0);
    const use = isExclusive(field)
      ? ReaderStatus.EXCLUSIVE
      : field.connections.size > 0
        ? ReaderStatus.IN_USE
        : 0;
    return ((field.events & 0x7fff) << 16) | ReaderStatus.CHANGED | presence | use;
  };

  const publish = (field: Field): void => {
    const raw = statusOf(field);
    const atr = Uint8Array.from(field.permit?.atr ?? []);
    for (const client of monitors) setImmediate(() => client.onStatus(field.name, raw, atr));
  };

  const connect = async (name: string, mode: number, protocol?: number): Promise<Card> => {
    const task = 'Client.TaskConnect';
    if (!serviceRuns) throw taskError('NoService', task);
    const field = fields.get(name);
    if (field === undefined || !field.plugged) throw taskError('UnknownReader', task);
    const taken = field.connections.size > 0 || field.heldByOther;
    if (isExclusive(field) || (mode === CardMode.EXCLUSIVE && taken)) {
      throw taskError('SharingViolation', task);
    }
    if (field.permit === null) throw taskError('NoSmartCard', task);
    if (field.permit.atr === null) throw taskError(options.muteCode ?? 'UnpoweredCard', task);
    if (protocol !== undefined && (protocol & Protocol.T1) === 0) throw taskError('ProtoMismatch', task);
    const connection = { mode, permit: field.permit, resetsSeen: field.resets, open: true };
    field.connections.add(connection);
    return new Card(field, connection);
  };

  class Card {
    readonly #field: Field;
    #connection: Connection;

    constructor(field: Field, connection: Connection) {
      this.#field = field;
      this.#connection = connection;
    }

    #check(task: string): VirtualPermit {
      const { permit, open, resetsSeen } = this.#connection;
      if (!open) throw new PcscError('NoCardConnection', 'Card connection is no longer active.');
      if (!serviceRuns) throw taskError('NoService', task);
      if (!this.#field.plugged) throw taskError('ReaderUnavailable', task);
      if (this.#field.permit !== permit) throw taskError('RemovedCard', task);
      if (resetsSeen !== this.#field.resets) throw taskError('ResetCard', task);
      return permit;
    }

    async transmit(input: Uint8Array, outputBuffer?: ArrayBuffer): Promise<Uint8Array> {
      const task = 'Session.TaskTransmit';
      const permit = this.#check(task);
      const onAir = options.timing?.begin();
      let response: Uint8Array;
      try {
        response = await permit.transmit(Uint8Array.from(input));
      } catch (error) {
        if (!(error instanceof CardPulled)) throw error;
        if (options.cutOff === 'emptyResponse') return new Uint8Array(0);
        throw taskError('NotTransacted', task);
      }
      const { exchanged } = this.#field;
      exchanged.apdus++;
      exchanged.bytes += input.length + response.length;
      if (options.timing !== undefined) {
        exchanged.transportMs += exchangeMs(options.timing.bitRate, input.length, response.length);
      }
      await onAir?.(input.length, response.length);
      const room = outputBuffer?.byteLength ?? MAX_BUFFER_LEN;
      if (response.length > room) throw taskError('InsufficientBuffer', task);
      const out = new Uint8Array(outputBuffer ?? new ArrayBuffer(response.length), 0, response.length);
      out.set(response);
      return out;
    }

    transmitProtocol(_protocol: number, input: Uint8Array, outputBuffer?: ArrayBuffer): Promise<Uint8Array> {
      return this.transmit(input, outputBuffer);
    }

    async state(): Promise<{
      atr: Uint8Array;
      protocol: number;
      readerName: string;
      status: CardStatusFlags;
    }> {
      const permit = this.#check('Session.TaskState');
      return {
        atr: Uint8Array.from(permit.atr ?? []),
        protocol: Protocol.T1,
        readerName: this.#field.name,
        status: new CardStatusFlags(CardStatus.PRESENT | CardStatus.POWERED | CardStatus.NEGOTIABLE),
      };
    }

    protocol(): number {
      if (!this.#connection.open)
        throw new PcscError('NoCardConnection', 'Card connection is no longer active.');
      return Protocol.T1;
    }

    async reconnect(_mode: number, disposition: number): Promise<number> {
      this.#connection.resetsSeen = this.#field.resets;
      const permit = this.#check('Session.TaskReconnect');
      if (disposition !== CardDisposition.LEAVE) permit.reset();
      return Protocol.T1;
    }

    async transaction(): Promise<{ end(then: number): Promise<void> }> {
      const permit = this.#check('Session.TaskTransaction');
      return {
        async end(then) {
          if (then !== CardDisposition.LEAVE) permit.reset();
        },
      };
    }

    async control(): Promise<Uint8Array> {
      this.#check('Session.TaskControl');
      throw taskError('UnsupportedFeature', 'Session.TaskControl');
    }

    async attributeGet(): Promise<Uint8Array> {
      this.#check('Session.TaskAttributeGet');
      throw taskError('UnsupportedFeature', 'Session.TaskAttributeGet');
    }

    async attributeSet(): Promise<void> {
      this.#check('Session.TaskAttributeSet');
      throw taskError('UnsupportedFeature', 'Session.TaskAttributeSet');
    }

    /** As in pcscd, a connection that outlived its card keeps the reader taken until it is closed here. */
    async disconnect(then: number): Promise<void> {
      if (!this.#connection.open) return;
      const field = this.#field;
      this.#connection.open = false;
      field.connections.delete(this.#connection);
      if (field.permit !== this.#connection.permit) publish(field);
      else if (then !== CardDisposition.LEAVE) resetCard(field);
    }
  }

  const resetCard = (field: Field): void => {
    field.permit?.reset();
    field.resets++;
  };

  class Reader extends EventEmitter<{ change: [ReaderStatusFlags, Uint8Array]; disconnect: [] }> {
    readonly #name: string;
    constructor(name: string) {
      super();
      this.#name = name;
    }
    connect(mode: number, protocol?: number): Promise<Card> {
      return connect(this.#name, mode, protocol);
    }
    name(): string {
      return this.#name;
    }
    override toString(): string {
      return this.#name;
    }
  }

  class Client extends EventEmitter<{ error: [PcscError]; reader: [Reader] }> {
    readonly #readers = new Map<string, Reader>();
    #running = false;
    #attached = false;

    reader(name: string): Reader | undefined {
      return this.#readers.get(name);
    }

    running(): boolean {
      return this.#running;
    }

    start(): this {
      this.#running = true;
      if (this.#attached) {
        throw new PcscError(
          'ClientAlreadyStarted',
          'PCSC client is already monitoring for reader/card updates.',
        );
      }
      if (!serviceRuns) throw new PcscError('NoService', '[ NoService ] - Error in native function');
      this.#attached = true;
      monitors.add(this);
      for (const field of fields.values()) {
        const atr = Uint8Array.from(field.permit?.atr ?? []);
        if (field.plugged) setImmediate(() => this.onStatus(field.name, statusOf(field), atr));
      }
      return this;
    }

    stop(): void {
      this.#running = false;
      if (this.#attached && !serviceRuns) {
        throw new PcscError('NoService', '[ NoService ] - Error in native function');
      }
      this.#attached = false;
      monitors.delete(this);
      for (const name of [...this.#readers.keys()]) this.#lose(name);
    }

    onStatus(name: string, raw: number, atr: Uint8Array): void {
      if (!monitors.has(this)) return;
      const status = new ReaderStatusFlags(raw);
      if (status.hasAny(ReaderStatus.UNKNOWN, ReaderStatus.UNAVAILABLE)) {
        this.#lose(name);
        return;
      }
      let reader = this.#readers.get(name);
      if (reader === undefined) {
        reader = new Reader(name);
        this.#readers.set(name, reader);
        this.emit('reader', reader);
      }
      reader.emit('change', status, atr);
    }

    onServiceLost(): void {
      monitors.delete(this);
      if (this.#running) this.emit('error', new PcscError('CommError', 'Reader monitoring loop failed.'));
    }

    #lose(name: string): void {
      const reader = this.#readers.get(name);
      this.#readers.delete(name);
      reader?.emit('disconnect');
      reader?.removeAllListeners();
    }
  }

  const module = {
    Client,
    Reader,
    Card,
    CardDisposition,
    CardMode,
    CardStatus,
    CardStatusFlags,
    Protocol,
    ReaderStatus,
    ReaderStatusFlags,
    MAX_ATR_LEN: 33,
    MAX_BUFFER_LEN,
    MAX_READERS: 4,
    attributes: {},
    controlCode: (functionCode: number) => 0x42000000 + functionCode,
    protocolString: (protocol: number) =>
      protocol === Protocol.T1 ? 'T=1' : protocol === Protocol.T0 ? 'T=0' : '<UNSET>',
    readerStatusString: (raw: number) => flagNames(raw, ReaderStatus),
  };

  return {
    // the package's classes have private fields, so that no other class has their type; a test compares the two
    module: module as unknown as PcscMini,
    addReader(name) {
      const field: Field = {
        name,
        plugged: true,
        permit: null,
        events: 0,
        resets: 0,
        heldByOther: false,
        connections: new Set(),
        exchanged: { apdus: 0, bytes: 0, transportMs: 0 },
      };
      if (fields.has(name)) throw new Error(`a reader named ${name} exists`);
      fields.set(name, field);
      publish(field);
      return virtualReader(field, { publish, resetCard });
    },
    stopService() {
      if (!serviceRuns) return;
      serviceRuns = false;
      for (const field of fields.values()) field.connections.clear();
      for (const client of [...monitors]) setImmediate(() => client.onServiceLost());
    },
    startService() {
      serviceRuns = true;
    },
  };
}

function virtualReader(
  field: Field,
  service: { publish(field: Field): void; resetCard(field: Field): void },
): VirtualReader {
  let stopWatching = (): void => {};

  const place = (permit: VirtualPermit | null): void => {
    stopWatching();
    field.permit = permit;
    field.events++;
    if (permit !== null) {
      permit.reset();
      stopWatching = permit.onEvent((event) => {
        if (event.type === 'pulled' && field.permit === permit) place(null);
      });
    }
    service.publish(field);
  };

  return {
    name: field.name,
    insert(permit) {
      if (field.permit !== null) place(null);
      place(permit);
    },
    remove() {
      if (field.permit !== null) place(null);
    },
    unplug() {
      field.plugged = false;
      field.connections.clear();
      service.publish(field);
    },
    plugIn() {
      field.plugged = true;
      service.publish(field);
    },
    holdByOther() {
      field.heldByOther = true;
      service.publish(field);
    },
    releaseByOther() {
      field.heldByOther = false;
      service.publish(field);
    },
    resetByOther: () => service.resetCard(field),
    get exchanged() {
      return { ...field.exchanged };
    },
  };
}
