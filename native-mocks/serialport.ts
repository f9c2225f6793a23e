/**
 * Stand-in for the `serialport` package: the real stream class of node-serialport over a binding whose ports lead
 * to virtual devices instead of tty files. Everything above the binding (queuing before open, `close` with
 * `disconnected: true`, write and drain callbacks) is the real package's own behaviour.
 */
import { type ErrorCallback, SerialPortStream } from '@serialport/stream';

/** A device on a serial line, seen from its own end; the same object can be put at the end of a real tty. */
export interface VirtualSerialDevice {
  /** The host opened its end; bytes handed to `send` reach it. */
  connected(send: (bytes: Uint8Array) => void): void;
  /** The host closed its end or the plug was pulled. */
  disconnected(): void;
  /** Bytes from the host, in pieces of any size. */
  receive(bytes: Uint8Array): void;
}

export interface SerialMockClock {
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface SerialPortMockOptions {
  /** Bytes travel no faster than the opened baud rate, ten bits a byte. Leave out for no delay. */
  readonly pacing?: { readonly clock: SerialMockClock };
}

/** What of a port's options matters here; the real package's further ones are accepted and have no effect. */
export interface VirtualPortOptions {
  readonly path: string;
  readonly baudRate: number;
  readonly autoOpen?: boolean;
  readonly dataBits?: 5 | 6 | 7 | 8;
  readonly stopBits?: 1 | 1.5 | 2;
  readonly parity?: string;
  readonly lock?: boolean;
  readonly rtscts?: boolean;
  readonly xon?: boolean;
  readonly xoff?: boolean;
  readonly hupcl?: boolean;
}

/** The mocked package, and the plugs behind it. */
export interface SerialPortMock {
  readonly SerialPort: (new (
    options: VirtualPortOptions,
    openCallback?: ErrorCallback,
  ) => SerialPortStream<VirtualBinding>) & { list(): Promise<VirtualPortInfo[]> };
  /** Puts `device` at the far end of `path`; also how a plug is put back. Throws if another is there. */
  plug(path: string, device: VirtualSerialDevice): void;
  /** Pulls the plug: an open port closes with `disconnected: true`, opening fails with ENOENT. */
  unplug(path: string): void;
  /** Whether a host has the port open. */
  isOpen(path: string): boolean;
}

interface VirtualPortInfo {
  path: string;
  manufacturer: string | undefined;
  serialNumber: string | undefined;
  pnpId: string | undefined;
  locationId: string | undefined;
  productId: string | undefined;
  vendorId: string | undefined;
}

interface VirtualBinding {
  list(): Promise<VirtualPortInfo[]>;
  open(options: VirtualPortOptions): Promise<VirtualPort>;
}

interface VirtualPort {
  readonly openOptions: Required<VirtualPortOptions>;
  isOpen: boolean;
  close(): Promise<void>;
  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }>;
  write(buffer: Buffer): Promise<void>;
  update(options: { baudRate: number }): Promise<void>;
  set(options: object): Promise<void>;
  get(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean }>;
  getBaudRate(): Promise<{ baudRate: number }>;
  flush(): Promise<void>;
  drain(): Promise<void>;
  pulled(): void;
}

const portDefaults = {
  autoOpen: true,
  dataBits: 8,
  stopBits: 1,
  parity: 'none',
  lock: true,
  rtscts: false,
  xon: false,
  xoff: false,
  hupcl: true,
} as const;

const systemError = (code: string, text: string): Error =>
  Object.assign(new Error(`Error: ${text}`), { code });
const canceled = (): Error => Object.assign(new Error('Port is not open'), { canceled: true });

/** A fresh set of serial lines with nothing on them. */
export function createSerialPortMock(options: SerialPortMockOptions = {}): SerialPortMock {
  const devices = new Map<string, VirtualSerialDevice>();
  const open = new Map<string, VirtualPort>();

  const binding: VirtualBinding = {
    list: async () =>
      [...devices.keys()].map((path) => ({
        path,
        manufacturer: undefined,
        serialNumber: undefined,
        pnpId: undefined,
        locationId: undefined,
        productId: undefined,
        vendorId: undefined,
      })),
    async open(portOptions) {
      const { path } = portOptions;
      const device = devices.get(path);
      if (device === undefined) throw systemError('ENOENT', `No such file or directory, cannot open ${path}`);
      if (open.has(path)) throw systemError('EAGAIN', `Resource temporarily unavailable Cannot lock port`);
      const port = createPort(
        { ...portDefaults, ...portOptions },
        device,
        options.pacing?.clock ?? null,
        () => {
          open.delete(path);
          device.disconnected();
        },
      );
      open.set(path, port);
      return port;
    },
  };

  class SerialPort extends SerialPortStream<VirtualBinding> {
    static list = (): Promise<VirtualPortInfo[]> => binding.list();
    constructor(portOptions: VirtualPortOptions, openCallback?: ErrorCallback) {
      super({ binding, ...portOptions }, openCallback);
    }
  }

  return {
    SerialPort,
    plug(path, device) {
      if (devices.has(path)) throw new Error(`a device is plugged in at ${path} already`);
      devices.set(path, device);
    },
    unplug(path) {
      devices.delete(path);
      open.get(path)?.pulled();
    },
    isOpen: (path) => open.has(path),
  };
}

function createPort(
  openOptions: Required<VirtualPortOptions>,
  device: VirtualSerialDevice,
  pacing: SerialMockClock | null,
  onEnd: () => void,
): VirtualPort {
  const ending = new AbortController();
  let baudRate = openOptions.baudRate;
  let arrived: Uint8Array[] = [];
  let waiting: { resolve: () => void; reject: (why: Error) => void } | null = null;
  let gone = false;
  let inbound: Promise<void> = Promise.resolve();
  let outbound: Promise<void> = Promise.resolve();

  const travel = async (bytes: number): Promise<void> => {
    if (pacing !== null) await pacing.sleep((bytes * 10_000) / baudRate, ending.signal);
  };

  const port: VirtualPort = {
    openOptions,
    isOpen: true,
    async close() {
      if (!port.isOpen) throw new Error('Port is not open');
      port.isOpen = false;
      ending.abort();
      waiting?.reject(canceled());
      waiting = null;
      onEnd();
    },
    async read(buffer, offset, length) {
      for (;;) {
        if (!port.isOpen) throw canceled();
        if (gone) throw systemError('EIO', 'EIO: i/o error, read');
        const first = arrived[0];
        if (first !== undefined) {
          const bytesRead = Math.min(first.length, length);
          buffer.set(first.subarray(0, bytesRead), offset);
          if (bytesRead === first.length) arrived.shift();
          else arrived[0] = first.subarray(bytesRead);
          return { buffer, bytesRead };
        }
        await new Promise<void>((resolve, reject) => {
          waiting = { resolve, reject };
        });
      }
    },
    async write(buffer) {
      if (!port.isOpen) throw canceled();
      if (gone) throw systemError('EIO', 'EIO: i/o error, write');
      const bytes = Uint8Array.from(buffer);
      outbound = outbound.then(async () => {
        await travel(bytes.length);
        if (port.isOpen && !gone) device.receive(bytes);
      });
      if (pacing === null) await outbound;
    },
    async update(change) {
      baudRate = change.baudRate;
    },
    async set() {},
    get: async () => ({ cts: true, dsr: true, dcd: false }),
    getBaudRate: async () => ({ baudRate }),
    async flush() {
      arrived = [];
    },
    async drain() {
      await outbound;
      if (gone) throw systemError('EIO', 'EIO: i/o error, drain');
    },
    pulled() {
      gone = true;
      ending.abort();
      waiting?.reject(systemError('EIO', 'EIO: i/o error, read'));
      waiting = null;
    },
  };

  const deliver = (bytes: Uint8Array): void => {
    if (!port.isOpen || gone) return;
    arrived.push(bytes);
    waiting?.resolve();
    waiting = null;
  };

  device.connected((bytes) => {
    if (bytes.length === 0) return;
    const copy = Uint8Array.from(bytes);
    if (pacing === null) {
      deliver(copy);
      return;
    }
    inbound = inbound.then(async () => {
      await travel(copy.length);
      deliver(copy);
    });
  });
  return port;
}
