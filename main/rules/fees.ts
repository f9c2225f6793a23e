/** Prices by effective date. Amounts are fen, 1/100 yuan. */
import type { EndorsementCount } from '../contract/views.ts';
import { type FeeItem, isInForce, type RuleSet } from './rule-set.ts';

const items: Record<EndorsementCount, FeeItem> = {
  '3M1': 'endorsementOnce',
  '1Y1': 'endorsementOnce',
  '3M2': 'endorsementTwice',
  '1Y2': 'endorsementTwice',
  '3M9': 'endorsementMultipleUpTo1Year',
  '1Y9': 'endorsementMultipleUpTo1Year',
};

/**
 * Price of an item for an application accepted on a day: what was accepted before a change keeps the old price.
 * Throws when the rule set has no price for the day, which a rule set in use must have.
 */
export function feeOn(rules: RuleSet, item: FeeItem, acceptedOn: string): number {
  let newest: RuleSet['fees'][number] | undefined;
  for (const fee of rules.fees) {
    if (fee.item === item && isInForce(fee, acceptedOn) && (!newest || fee.from > newest.from)) newest = fee;
  }
  if (!newest) throw new Error(`rule set ${rules.id} has no price for ${item} on ${acceptedOn}`);
  return newest.fen;
}

/** Price of one endorsement to one place, in fen. */
export function endorsementFee(rules: RuleSet, count: EndorsementCount, on: string): number {
  return feeOn(rules, items[count], on);
}
