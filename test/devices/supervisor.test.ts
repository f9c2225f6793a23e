import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Device, DeviceKind, DeviceStatus } from '../../devices/device.ts';
import { fail, ok } from '../../devices/result.ts';
import { superviseDevices } from '../../devices/supervisor.ts';
import { createVirtualClock, type VirtualClock } from '../session/virtual-clock.ts';

let clock: VirtualClock;
beforeEach(() => {
  clock = createVirtualClock(0);
});
afterEach(() => clock.stop());

/** A device that can be switched off and on, and counts how often it was opened. */
function switchable(kind: DeviceKind, opens: () => 'ok' | 'fails' | 'hangs') {
  const listeners = new Set<(status: DeviceStatus) => void>();
  let status: DeviceStatus = { state: 'offline' };
  const become = (next: DeviceStatus) => {
    status = next;
    for (const listener of [...listeners]) listener(next);
  };
  const openedAt: number[] = [];
  const device: Device = {
    kind,
    identity: () => ({ modelName: null, serialNumber: null, firmware: null }),
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async open({ timeoutMs, signal }) {
      openedAt.push(clock.monotonic());
      const how = opens();
      if (how === 'hangs') await clock.sleep(timeoutMs, signal);
      if (how !== 'ok') {
        become({ state: 'powerOff' });
        return fail({ device: kind, code: 'deviceNotReady', action: 'reset', message: 'it is off' });
      }
      become({ state: 'online' });
      return ok(undefined);
    },
    async close() {
      become({ state: 'offline' });
    },
    selfTest: async () => ok('fine'),
  };
  return { device, openedAt, lose: () => become({ state: 'powerOff' }), listeners };
}

const idle = new AbortController().signal;
const supervise = (devices: readonly Device[], changes: string[] = []) =>
  superviseDevices(devices, {
    clock,
    openTimeoutMs: 10_000,
    onStatus: (kind, status, previous) => changes.push(`${kind}: ${previous.state} → ${status.state}`),
  });

describe('the supervisor', () => {
  it('opens each device, tells of changes, and opens again what was lost', async () => {
    const changes: string[] = [];
    const printer = switchable('receiptPrinter', () => 'ok');
    const supervisor = supervise([printer.device], changes);
    await supervisor.tried;
    expect(printer.device.status().state).toBe('online');
    printer.lose();
    await clock.sleep(1000, idle);
    expect(printer.device.status().state).toBe('online');
    expect(changes).toEqual([
      'receiptPrinter: offline → online',
      'receiptPrinter: online → powerOff',
      'receiptPrinter: powerOff → online',
    ]);
    await supervisor.stop();
  });

  it('pauses longer after each failure, but never more than 30 s', async () => {
    const printer = switchable('receiptPrinter', () => 'fails');
    const supervisor = supervise([printer.device]);
    await clock.sleep(300_000, idle);
    const pauses = printer.openedAt.slice(1).map((at, index) => at - (printer.openedAt[index] ?? 0));
    expect(pauses.slice(0, 5)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(Math.max(...pauses)).toBe(30_000);
    await supervisor.stop();
  });

  it('lets no device that hangs hold up another', async () => {
    const hangs = switchable('cardReader', () => 'hangs');
    const works = switchable('receiptPrinter', () => 'ok');
    const supervisor = supervise([hangs.device, works.device]);
    await clock.sleep(100, idle);
    expect(works.device.status().state).toBe('online');
    await supervisor.tried;
    await supervisor.stop();
  });

  it('leaves no listener and opens nothing more after the end', async () => {
    const printer = switchable('receiptPrinter', () => 'ok');
    const supervisor = supervise([printer.device]);
    await supervisor.tried;
    await supervisor.stop();
    printer.lose();
    await clock.sleep(60_000, idle);
    expect(printer.listeners.size).toBe(0);
    expect(printer.openedAt).toHaveLength(1);
  });
});
