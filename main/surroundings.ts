/** Everything outside the terminal's own process: device drivers, the bureau, the payment provider. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadNative, type NativePackages } from '../devices/native.ts';
import { fail, ok, type Result } from '../devices/result.ts';
import { createHttpBureau } from './bureau/http.ts';
import type { Bureau } from './bureau/port.ts';
import type { TerminalConfig } from './config/schema.ts';
import type { Payments } from './payments/port.ts';
import { createPaymentsSimulator } from './payments/simulator.ts';
import type { Clock } from './session/clock.ts';

export interface Surroundings {
  readonly natives: NativePackages;
  readonly bureau: Bureau;
  readonly payments: Payments;
  /** Absolute path of the folder of country signing certificates. */
  readonly cscaFolder: string;
  close(): void;
}

export interface RealSurroundingsOptions {
  readonly config: TerminalConfig;
  /** Folder of `terminal.json`, from which its paths are told. */
  readonly configFolder: string;
  /** A terminal that stands in a hall takes money through a provider or not at all. */
  readonly standsInHall: boolean;
  readonly clock: Clock;
}

/**
 * The real device drivers and the far ends named in the configuration. Error: one sentence for the technician.
 */
export async function realSurroundings(
  options: RealSurroundingsOptions,
): Promise<Result<Surroundings, string>> {
  const { config, configFolder, clock } = options;
  const { bureau } = config;
  if (bureau.adapter === 'simulator') {
    return fail('$.bureau.adapter: the simulator exists with --simulate only; name the bureau with "http".');
  }
  if (options.standsInHall) {
    return fail(
      '$.payments.adapter: the simulator takes no real money, and this build knows no other provider.',
    );
  }
  const files = bureau.mtls;
  let tls: { cert: string; key: string; ca?: string } | null = null;
  try {
    const read = (file: string) => readFile(path.resolve(configFolder, file), 'utf8');
    if (files) {
      tls = {
        cert: await read(files.cert),
        key: await read(files.key),
        ...(files.ca === undefined ? {} : { ca: await read(files.ca) }),
      };
    }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return fail(`$.bureau.mtls: a certificate or key file cannot be read (${reason}).`);
  }
  const http = createHttpBureau({ url: bureau.url, retries: bureau.retries, clock, ...(tls ? { tls } : {}) });
  if (!http.ok) return fail(`$.bureau: ${http.error}`);
  const payments = createPaymentsSimulator({ clock });
  return ok({
    natives: await loadNative({ simulated: false }),
    bureau: http.value,
    payments: payments.payments,
    cscaFolder: path.resolve(configFolder, config.trust.cscaFolder),
    close: () => {
      http.value.close();
      payments.close();
    },
  });
}
