/** Period and number of entries of an endorsement count code. */
import type { EndorsementCount } from '../contract/views.ts';
import { addDays, addMonths } from './dates.ts';

const periods: Record<EndorsementCount, { readonly months: number; readonly entries: number }> = {
  '3M1': { months: 3, entries: 1 },
  '3M2': { months: 3, entries: 2 },
  '3M9': { months: 3, entries: Number.POSITIVE_INFINITY },
  '1Y1': { months: 12, entries: 1 },
  '1Y2': { months: 12, entries: 2 },
  '1Y9': { months: 12, entries: Number.POSITIVE_INFINITY },
};

/** Period in calendar months. */
export function periodMonths(count: EndorsementCount): number {
  return periods[count].months;
}

/** Entries allowed; `Infinity` for multiple. */
export function entriesAllowed(count: EndorsementCount): number {
  return periods[count].entries;
}

/**
 * Last day on which an endorsement issued on `issuedOn` can be used: three months from 2018-07-12 end on
 * 2018-10-11, one year on 2019-07-11.
 */
export function validUntil(count: EndorsementCount, issuedOn: string): string {
  return addDays(addMonths(issuedOn, periods[count].months), -1);
}
