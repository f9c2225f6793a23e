/** The whole bench: every virtual device as a card, in three columns by where the hands go. */
import { useEffect, useState } from 'react';
import type { BenchApi, BenchDevice, BenchState } from '../../main/contract/bench.ts';
import { type Language, languages } from '../../main/contract/message.ts';
import { translatorFor } from '../i18n/texts.ts';
import { DeviceCard } from './device-card.tsx';

/** Left: what goes in. Middle: what is done. Right: what comes out on paper. Unknown devices go to the middle. */
const columnOf: Readonly<Record<string, 'in' | 'work' | 'paper'>> = {
  cardReader: 'in',
  mrzReader: 'in',
  portraitCamera: 'in',
  endorsementPrinter: 'work',
  paymentPhone: 'work',
  bureau: 'work',
  receiptPrinter: 'paper',
};
const columns = ['in', 'work', 'paper'] as const;

export function Bench({ api }: { readonly api: BenchApi }) {
  const [state, setState] = useState<BenchState | null>(null);
  const [language, setLanguage] = useState<Language>('zh');
  useEffect(() => api.onState(setState), [api]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const say = translatorFor(language);
  const inColumn = (column: (typeof columns)[number], { id }: BenchDevice) =>
    (columnOf[id] ?? 'work') === column;

  return (
    <div className="bench" data-language={language}>
      <header className="bench-bar">
        <h1>{say('bench.title', {})}</h1>
        <p>{say('bench.note', {})}</p>
        <fieldset className="bench-languages">
          <legend className="bench-hidden">{say('bench.language', {})}</legend>
          {languages.map((each) => (
            <button
              key={each}
              type="button"
              lang={each}
              aria-pressed={each === language}
              onClick={() => setLanguage(each)}
            >
              {say(`terms.language.${each}`, {})}
            </button>
          ))}
        </fieldset>
      </header>
      {state === null ? (
        <p className="bench-connecting">{say('bench.connecting', {})}</p>
      ) : (
        <main className="bench-columns">
          {columns.map((column) => (
            <div key={column} className={`bench-column bench-column-${column}`}>
              {state.devices
                .filter((device) => inColumn(column, device))
                .map((device) => (
                  <DeviceCard key={device.id} device={device} say={say} send={api.send} />
                ))}
            </div>
          ))}
        </main>
      )}
    </div>
  );
}
