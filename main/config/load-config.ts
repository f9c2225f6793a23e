/** From the text of `terminal.json` to a checked `TerminalConfig`, or to everything that is wrong with it. */
import type { z } from 'zod';
import type { Result } from '../../devices/result.ts';
import { fail, ok } from '../../devices/result.ts';
import { syntaxProblem } from './json-syntax.ts';
import { type TerminalConfig, terminalConfigSchema } from './schema.ts';

export interface ConfigProblem {
  /** JSON path of the setting, `$.devices.cardReader.reader`; `$` for the file as a whole. */
  readonly path: string;
  readonly expected: string;
  /** The value as JSON, shortened; `nothing` where there is none. */
  readonly found: string;
  /** Where the text itself is broken; both from 1. */
  readonly position?: { readonly line: number; readonly column: number };
}

/** The settings a profile brings, or `null` for a name nobody knows; `names` are those that exist. */
export interface ProfileLookup {
  readonly names: readonly string[];
  find(name: string): unknown;
}

/** Far above any real file; keeps a wrong file from being read for minutes. */
const longest = 256 * 1024;

/**
 * Reads `text` (JSON, RFC 8259), lays it over the profile it names and checks the whole.
 * Objects are merged setting by setting; lists, plain values and `null` replace the profile's.
 * Answers every problem found at once, in the order of the schema.
 */
export function loadConfig(
  text: string,
  profiles: ProfileLookup,
): Result<TerminalConfig, readonly ConfigProblem[]> {
  if (text.length > longest) {
    return fail([
      { path: '$', expected: `at most ${longest} characters`, found: `${text.length} characters` },
    ]);
  }
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const broken = syntaxProblem(json);
  if (broken !== null) {
    const { line, column, expected, found } = broken;
    return fail([{ path: '$', expected, found, position: { line, column } }]);
  }
  const file: unknown = JSON.parse(json);
  const profileName = valueAt(file, ['terminal', 'profile']);
  const profile = typeof profileName === 'string' ? (profiles.find(profileName) ?? null) : null;
  if (profile === null) {
    return fail([
      {
        path: '$.terminal.profile',
        expected: `one of ${profiles.names.map((name) => `"${name}"`).join(', ')}`,
        found: shown(profileName),
      },
    ]);
  }
  const whole = laidOver(profile, file);
  const checked = terminalConfigSchema.safeParse(whole);
  return checked.success
    ? ok(checked.data)
    : fail(checked.error.issues.flatMap((issue) => problemsOf(issue, whole)));
}

/** One line for a log or a screen: `$.region.division: expected …, found "23"`. */
export function configProblemSentence(problem: ConfigProblem): string {
  const place = problem.position ? ` (line ${problem.position.line}, column ${problem.position.column})` : '';
  return `${problem.path}${place}: expected ${problem.expected}, found ${problem.found}`;
}

function problemsOf(issue: z.core.$ZodIssue, whole: unknown): ConfigProblem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: jsonPath([...path, key]),
      expected: issue.message,
      found: shown(valueAt(whole, [...path, key])),
    }));
  }
  return [{ path: jsonPath(path), expected: issue.message, found: shown(valueAt(whole, path)) }];
}

type Keyed = Readonly<Record<string, unknown>>;
const isKeyed = (value: unknown): value is Keyed =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function laidOver(below: unknown, above: unknown): unknown {
  if (!isKeyed(below) || !isKeyed(above)) return above;
  const merged = new Map<string, unknown>(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    merged.set(key, merged.has(key) ? laidOver(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let here = value;
  for (const part of path) {
    if (Array.isArray(here) && typeof part === 'number') here = here[part];
    else if (isKeyed(here) && Object.hasOwn(here, String(part))) here = here[String(part)];
    else return undefined;
  }
  return here;
}

function jsonPath(path: readonly (string | number)[]): string {
  const part = (key: string | number) =>
    typeof key === 'number'
      ? `[${key}]`
      : /^[A-Za-z_]\w*$/.test(key)
        ? `.${key}`
        : `[${JSON.stringify(key)}]`;
  return `$${path.map(part).join('')}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 79)}…` : json;
}
