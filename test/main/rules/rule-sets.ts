/** The rule sets as shipped, for tests. */
import { readFileSync } from 'node:fs';
import { parseRuleSet, type RuleSet } from '../../../main/rules/rule-set.ts';

export function ruleSet(id: '2018-07' | 'current'): RuleSet {
  const file = new URL(`../../../assets/rules/${id}.json`, import.meta.url);
  const parsed = parseRuleSet(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.ok) throw new Error(`${id}: ${parsed.error.path}: ${parsed.error.expected}`);
  return parsed.value;
}
