import { expect, it } from 'vitest';
import { loadNative } from '../../devices/native.ts';
import { createVirtualPcsc } from '../../native-mocks/pcsc-mini.ts';
import { createSerialPortMock } from '../../native-mocks/serialport.ts';

it('loads the real packages, whole', async () => {
  const native = await loadNative({ simulated: false });
  expect(typeof native.pcsc.Client).toBe('function');
  expect(native.pcsc.CardMode.EXCLUSIVE).toBe(1);
  expect(typeof native.serialport.SerialPort).toBe('function');
});

it('takes the stand-ins when hardware is simulated', async () => {
  const pcsc = createVirtualPcsc().module;
  const serialport = createSerialPortMock();
  const native = await loadNative({ simulated: true, mocks: async () => ({ pcsc, serialport }) });
  expect(native.pcsc).toBe(pcsc);
  expect(native.serialport).toBe(serialport);
});
