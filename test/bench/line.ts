/** One line of the bench: something measured, and the limit it is held to in the same run. */

export interface Measured {
  readonly value: number;
  readonly unit: 'ms' | 'MB';
  /** The most `value` may be, in the same unit. */
  readonly limit: number;
  /** Where the limit comes from and how it was measured, for the table. */
  readonly note: string;
}

export interface Line {
  readonly name: string;
  measure(): Promise<Measured>;
}

/** What `--json` prints of each line; `null` where the measurement itself failed. */
export interface Finding {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string | null;
  readonly limit: number | null;
  /** `value / limit`. */
  readonly ratio: number | null;
  /** Whether `ratio` is at most 1. */
  readonly holds: boolean;
}

export function findingOf(name: string, { value, unit, limit }: Measured): Finding {
  const ratio = value / limit;
  return {
    name,
    value: rounded(value),
    unit,
    limit: rounded(limit),
    ratio: rounded(ratio),
    holds: ratio <= 1,
  };
}

export const failedFinding = (name: string): Finding => ({
  name,
  value: null,
  unit: null,
  limit: null,
  ratio: null,
  holds: false,
});

/** Four significant digits: more is noise. */
const rounded = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(4)) : value);

/** The middle one of `values`, or the upper of the two in the middle. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * The value that `fraction` of all values do not exceed (nearest rank).
 * @throws RangeError where there are no values
 */
export function quantile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.trunc(sorted.length * fraction))];
  if (value === undefined) throw new RangeError('nothing was measured');
  return value;
}
