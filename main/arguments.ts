/** The command line of the terminal. */
import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../devices/result.ts';
import { type Language, languageSchema } from './contract/message.ts';

export interface Arguments {
  /** `terminal.json`; without it the configuration shipped for simulation is used, and only there. */
  readonly config: string | null;
  /** Where journal, outbox and Chromium's profile are kept; without it Electron's own folder for the account. */
  readonly dataDirectory: string | null;
  /** Virtual devices, simulators of bureau and payments, and the bench. */
  readonly simulate: boolean;
  /** The bench window, in simulation. */
  readonly bench: boolean;
  /** How many times faster than real units the virtual ones move and print. */
  readonly simulationSpeed: number;
  /** Content size of the applicant window in simulation, pixels; without it the configured one. */
  readonly size: { readonly width: number; readonly height: number } | null;
  /** Language the screen starts in; without it the configured one. */
  readonly language: Language | null;
}

/**
 * Reads the command line. Switches of Chromium and Electron among them are not this function's business and
 * are passed over. Error: one sentence that names the argument.
 */
export function readArguments(argv: readonly string[]): Result<Arguments, string> {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      'data-dir': { type: 'string' },
      simulate: { type: 'boolean' },
      'no-bench': { type: 'boolean' },
      'simulation-speed': { type: 'string' },
      size: { type: 'string' },
      lang: { type: 'string' },
    },
  });
  const size = values.size === undefined ? ok(null) : readSize(values.size);
  if (!size.ok) return size;
  const language = values.lang === undefined ? ok(null) : readLanguage(values.lang);
  if (!language.ok) return language;
  const simulationSpeed = values['simulation-speed'] === undefined ? 1 : Number(values['simulation-speed']);
  if (!(simulationSpeed >= 1 && simulationSpeed <= 100))
    return fail('--simulation-speed is a number from 1 to 100.');
  for (const name of ['config', 'data-dir'] as const) {
    if (values[name] === true || values[name] === '') return fail(`--${name} needs a path.`);
  }
  return ok({
    config: typeof values.config === 'string' ? values.config : null,
    dataDirectory: typeof values['data-dir'] === 'string' ? values['data-dir'] : null,
    simulate: values.simulate === true,
    bench: values['no-bench'] !== true,
    simulationSpeed,
    size: size.value,
    language: language.value,
  });
}

function readSize(text: string | boolean): Result<Arguments['size'], string> {
  const match = /^(\d{3,4})[x×](\d{3,4})$/.exec(String(text));
  return match
    ? ok({ width: Number(match[1]), height: Number(match[2]) })
    : fail(`--size is WIDTHxHEIGHT in pixels, such as 1080x1920; "${text}" is not.`);
}

function readLanguage(text: string | boolean): Result<Language, string> {
  const parsed = languageSchema.safeParse(text);
  return parsed.success
    ? ok(parsed.data)
    : fail(`--lang is one of ${languageSchema.options.join(', ')}; "${text}" is not.`);
}
