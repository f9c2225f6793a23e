import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createSerialPortMock, type VirtualSerialDevice } from '../../native-mocks/serialport.ts';

const echo = (): VirtualSerialDevice & { hosts: number } => {
  let send: (bytes: Uint8Array) => void = () => {};
  const device = {
    hosts: 0,
    connected(to: (bytes: Uint8Array) => void) {
      device.hosts += 1;
      send = to;
    },
    disconnected() {
      device.hosts -= 1;
    },
    receive(bytes: Uint8Array) {
      send(bytes.map((byte) => byte ^ 0xff));
    },
  };
  return device;
};

const openPort = async (mock: ReturnType<typeof createSerialPortMock>, path: string) => {
  const port = new mock.SerialPort({ path, baudRate: 9600, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  return port;
};

describe('serial port mock', () => {
  it('carries bytes both ways through the real stream class', async () => {
    const mock = createSerialPortMock();
    const device = echo();
    mock.plug('/virtual/a', device);
    const port = await openPort(mock, '/virtual/a');
    expect(device.hosts).toBe(1);
    const answer = once(port, 'data');
    port.write(Buffer.from([1, 2, 3]));
    await new Promise<void>((resolve, reject) => port.drain((error) => (error ? reject(error) : resolve())));
    expect([...(await answer)[0]]).toEqual([0xfe, 0xfd, 0xfc]);
    await new Promise<void>((resolve) => port.close(() => resolve()));
    expect(device.hosts).toBe(0);
    expect(port.isOpen).toBe(false);
  });

  it('refuses an unknown path and a second opening', async () => {
    const mock = createSerialPortMock();
    await expect(openPort(mock, '/virtual/none')).rejects.toThrow('No such file');
    mock.plug('/virtual/a', echo());
    await openPort(mock, '/virtual/a');
    await expect(openPort(mock, '/virtual/a')).rejects.toThrow('lock');
  });

  it('closes with disconnected when the plug is pulled and opens again once it is back', async () => {
    const mock = createSerialPortMock();
    const device = echo();
    mock.plug('/virtual/a', device);
    const port = await openPort(mock, '/virtual/a');
    port.on('data', () => {});
    const closed = once(port, 'close');
    await new Promise((resolve) => setImmediate(resolve));
    mock.unplug('/virtual/a');
    expect((await closed)[0]).toMatchObject({ disconnected: true });
    expect(device.hosts).toBe(0);
    mock.plug('/virtual/a', device);
    const again = await openPort(mock, '/virtual/a');
    const answer = once(again, 'data');
    again.write(Buffer.from([0]));
    expect([...(await answer)[0]]).toEqual([0xff]);
  });

  it('paces bytes by the baud rate on the clock it was given', async () => {
    const slept: number[] = [];
    const mock = createSerialPortMock({
      pacing: {
        clock: {
          sleep: async (ms) => {
            slept.push(ms);
          },
        },
      },
    });
    mock.plug('/virtual/a', echo());
    const port = await openPort(mock, '/virtual/a');
    const answer = once(port, 'data');
    port.write(Buffer.alloc(96));
    await answer;
    expect(slept).toEqual([100, 100]);
  });
});
