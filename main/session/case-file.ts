import type { CaseFile } from './step.ts';

/** A case before anything is known of it. */
export const emptyCase = (id: string): CaseFile => ({
  id,
  document: 'withApplicant',
  money: { state: 'none' },
  connection: null,
  permit: null,
  mrzKey: null,
  faceSimilarity: null,
  options: [],
  places: [],
  chosen: {},
  applicationNumber: null,
  granted: [],
  kept: [],
  feeFen: 0,
  orderNumber: null,
  paymentIntent: null,
  chipWritten: false,
  backPrinted: false,
  slipNumber: null,
  slipTried: false,
  rating: null,
});
