import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bureauFaultKinds } from '../../../main/bureau/simulator.ts';
import { languages } from '../../../main/contract/message.ts';
import { paymentFaultKinds } from '../../../main/payments/simulator.ts';
import { endorsementPrinterFaults } from '../../../native-mocks/endorsement-printer.ts';
import { mrzReaderFaults } from '../../../native-mocks/mrz-reader.ts';
import { receiptPrinterFaults } from '../../../native-mocks/receipt-printer.ts';

const textsOf = (language: string): Record<string, Record<string, string>> =>
  JSON.parse(readFileSync(`assets/locales/${language}/bench.json`, 'utf8'));

const faults = [
  ...endorsementPrinterFaults,
  ...mrzReaderFaults,
  ...receiptPrinterFaults,
  ...paymentFaultKinds,
  ...bureauFaultKinds,
];

describe.each(languages)('bench texts in %s', (language) => {
  it('name every fault that a virtual device or simulator can have', () => {
    const named = Object.keys(textsOf(language).fault ?? {});
    expect([...new Set<string>(faults)].filter((fault) => !named.includes(fault))).toEqual([]);
  });

  it('are the same keys as in Chinese, none empty', () => {
    const keys = (value: unknown, at: string): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => keys(inner, `${at}.${key}`))
        : [value === '' ? `${at} is empty` : at];
    expect(keys(textsOf(language), 'bench')).toEqual(keys(textsOf('zh'), 'bench'));
  });
});
