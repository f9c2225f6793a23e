/** All texts of `assets/locales`, bundled; the first name of a key is its file's, the rest the path in it. */
import { createInstance } from 'i18next';
import type { Translate } from '../../main/contract/format-message.ts';
import type { Language } from '../../main/contract/message.ts';

type Texts = { readonly [key: string]: string | Texts };

const files = import.meta.glob<Texts>('../../assets/locales/*/*.json', { eager: true, import: 'default' });

function resources() {
  const byLanguage: Record<string, { translation: Record<string, Texts> }> = {};
  for (const [path, texts] of Object.entries(files)) {
    const [, language = '', file = ''] = /([a-z]+)\/([\w-]+)\.json$/.exec(path) ?? [];
    byLanguage[language] ??= { translation: {} };
    byLanguage[language].translation[file] = texts;
  }
  return byLanguage;
}

const i18n = createInstance();
void i18n.init({
  resources: resources(),
  lng: 'zh',
  // A text missing in one language is shown in Chinese rather than as a key.
  fallbackLng: 'zh',
  initAsync: false,
  // React escapes what it renders.
  interpolation: { escapeValue: false },
  returnNull: false,
});

const translators = new Map<Language, Translate>();

/** The look-up bound to one language; synchronous, so that a change of language is one paint. */
export function translatorFor(language: Language): Translate {
  const known = translators.get(language);
  if (known) return known;
  const fixed = i18n.getFixedT(language);
  const translate: Translate = (key, params) => fixed(key, { ...params });
  translators.set(language, translate);
  return translate;
}
