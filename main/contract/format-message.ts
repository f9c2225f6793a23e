/** Turns a `Message` into a sentence. Pure, so that the screen and everything printed say amounts and dates alike. */
import type { Language, Message, MessageParam } from './message.ts';

/** Looks a key up and fills its `{{placeholders}}`; bound to one language by whoever supplies it. */
export type Translate = (key: string, params: Readonly<Record<string, string | number>>) => string;

/** @param fen Chinese yuan in fen; whole yuan are said without decimals, as price lists of the halls do. */
export function formatMoney(translate: Translate, language: Language, fen: number): string {
  const yuan = fen / 100;
  const amount = Number.isInteger(yuan) ? String(yuan) : yuan.toFixed(2);
  return translate(`terms.money.${new Intl.PluralRules(language).select(yuan)}`, { amount });
}

/** @param date `YYYY-MM-DD`; anything else is returned as it came, because an odd date is better shown than hidden. */
export function formatDate(translate: Translate, date: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!parts) return date;
  const [, year = '', month = '', day = ''] = parts;
  return translate('terms.date', { year, month, day });
}

export function formatMessage(translate: Translate, language: Language, message: Message): string {
  const params: Record<string, string | number> = {};
  for (const [name, param] of Object.entries(message.params ?? {})) {
    params[name] = formatParam(translate, language, param);
  }
  return translate(message.key, params);
}

function formatParam(translate: Translate, language: Language, param: MessageParam): string | number {
  if (typeof param !== 'object') return param;
  switch (param.kind) {
    case 'money':
      return formatMoney(translate, language, param.fen);
    case 'date':
      return formatDate(translate, param.date);
    case 'message':
      return formatMessage(translate, language, param.message);
  }
}
