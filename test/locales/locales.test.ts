/** Texts: the same keys and placeholders in every language, every key used, every used key there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { languages } from '../../main/contract/message.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const locales = join(root, 'assets/locales');

type Texts = { readonly [key: string]: string | Texts };

function flatten(texts: Texts, prefix: string, into: Map<string, string>): Map<string, string> {
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') into.set(`${prefix}.${key}`, value);
    else flatten(value, `${prefix}.${key}`, into);
  }
  return into;
}

const filesOf = (language: string) =>
  readdirSync(join(locales, language)).filter((name) => name.endsWith('.json'));

function textsOf(language: string): Map<string, string> {
  const all = new Map<string, string>();
  for (const name of filesOf(language)) {
    flatten(JSON.parse(readFileSync(join(locales, language, name), 'utf8')), name.replace('.json', ''), all);
  }
  return all;
}

const byLanguage = new Map(languages.map((language) => [language, textsOf(language)]));
const zh = byLanguage.get('zh') ?? new Map<string, string>();
const files = filesOf('zh').map((name) => name.replace('.json', ''));

const placeholdersOf = (text: string) =>
  [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1]).sort();

/** Code and data in which keys are written out. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|json|mjs)$/.test(name))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'));
}

const code = ['main', 'renderer', 'devices', 'native-mocks', 'assets/rules'].flatMap(sources);
const names = files.join('|');

/** Keys written out whole. A file's own name with an extension, `rules.json`, is not a key. */
const literal = new Set(
  code.flatMap((text) =>
    [...text.matchAll(new RegExp(`['"\`]((?:${names})\\.[\\w.]+)['"\`]`, 'g'))]
      .map((match) => match[1] ?? '')
      .filter((key) => !/\.(json|ts|tsx|css|js|cjs|mjs|html)$/.test(key)),
  ),
);

/** Keys put together at run time: each hole stands for one name. */
const templates = new Set(
  code.flatMap((text) =>
    [...text.matchAll(new RegExp(`\`((?:${names})\\.[^\`\\s]*\\$\\{[^\`]*)\``, 'g'))].map(
      (match) => match[1] ?? '',
    ),
  ),
);
const family = (template: string) => {
  const fixed = template.split(/\$\{[^}]*\}/).map((part) => part.replaceAll('.', '\\.'));
  return new RegExp(`^${fixed.join('[\\w-]+')}$`);
};

/** What the holes of the families this side knows may be filled with. */
const members = {
  'terms.place.': ['HKG', 'MAC'],
  'terms.type.': ['L', 'G', 'T', 'S', 'Q', 'D', 'R'],
  'terms.count.': ['3M1', '3M2', '3M9', '1Y1', '1Y2', '1Y9'],
  'terms.money.': ['one', 'few', 'many', 'other'],
  'terms.service.': ['endorsement'],
  'terms.serviceDescription.': ['endorsement'],
  'terms.step.': [
    'consent',
    'insertPermit',
    'checkEligibility',
    'verifyPerson',
    'chooseEndorsement',
    'checkAnswers',
    'submitApplication',
    'payFee',
    'writeEndorsement',
    'returnPermit',
    'printSlip',
    'rateService',
  ],
  'screens.choosePlaces.purpose.': ['HKG', 'MAC'],
} as const;

describe.each(languages)('%s', (language) => {
  const texts = byLanguage.get(language) ?? new Map<string, string>();

  it('has exactly the keys of the Chinese texts', () => {
    expect([...texts.keys()].sort()).toEqual([...zh.keys()].sort());
  });

  it('leaves no text empty', () => {
    expect([...texts].filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([]);
  });

  it('has the placeholders of the Chinese texts', () => {
    const different = [...texts]
      .filter(([key, text]) => placeholdersOf(text).join() !== placeholdersOf(zh.get(key) ?? '').join())
      .map(([key]) => key);
    expect(different).toEqual([]);
  });
});

describe('the keys', () => {
  it('written in the code exist', () => {
    expect([...literal].filter((key) => !zh.has(key)).sort()).toEqual([]);
  });

  it('put together at run time lead to at least one text', () => {
    const leadNowhere = [...templates].filter(
      (template) => ![...zh.keys()].some((key) => family(template).test(key)),
    );
    expect(leadNowhere).toEqual([]);
  });

  it('of known families exist', () => {
    const missing = Object.entries(members).flatMap(([prefix, last]) =>
      last.map((name) => prefix + name).filter((key) => !zh.has(key)),
    );
    expect(missing).toEqual([]);
  });

  it('are all used', () => {
    const families = [...templates].map(family);
    const unused = [...zh.keys()].filter(
      (key) => !literal.has(key) && !families.some((one) => one.test(key)),
    );
    expect(unused).toEqual([]);
  });
});
