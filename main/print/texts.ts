/** The texts of `assets/locales` for everything on paper, in any language at the same time. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInstance } from 'i18next';
import { formatDate, formatMessage, type Translate } from '../contract/format-message.ts';
import { type Language, languages, type Message } from '../contract/message.ts';

export interface Texts {
  say(language: Language, message: Message): string;
  date(language: Language, date: string): string;
}

/** Reads every file of `assetsDir`/locales. Throws when one is missing or no JSON: the terminal is then not whole. */
export function loadTexts(assetsDir: string): Texts {
  const resources: Record<string, { translation: Record<string, unknown> }> = {};
  for (const language of languages) {
    const folder = path.join(assetsDir, 'locales', language);
    const translation: Record<string, unknown> = {};
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.json')) continue;
      translation[file.slice(0, -'.json'.length)] = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
    }
    resources[language] = { translation };
  }
  const i18n = createInstance();
  i18n.init({
    resources,
    lng: 'zh',
    // A text missing in one language is printed in Chinese rather than as a key.
    fallbackLng: 'zh',
    initAsync: false,
    interpolation: { escapeValue: false },
  });
  const translators = new Map<Language, Translate>();
  for (const language of languages) {
    const translate = i18n.getFixedT(language);
    translators.set(language, (key, params) => translate(key, params));
  }
  const translatorOf = (language: Language): Translate => translators.get(language) ?? ((key) => key);
  return {
    say: (language, message) => formatMessage(translatorOf(language), language, message),
    date: (language, date) => formatDate(translatorOf(language), date),
  };
}
