/**
 * What main says to a person: a key of `assets/locales` with typed parameters, never a finished sentence, so
 * that the applicant may change the language at any moment without main taking part.
 */
import { z } from 'zod';

export const languages = ['zh', 'en', 'ko', 'ru'] as const;
export const languageSchema = z.enum(languages);
export type Language = (typeof languages)[number];

export type MessageParam =
  | string
  | number
  /** Chinese yuan in fen (1/100). */
  | { readonly kind: 'money'; readonly fen: number }
  /** Calendar date `YYYY-MM-DD`. */
  | { readonly kind: 'date'; readonly date: string }
  | { readonly kind: 'message'; readonly message: Message };

/** `key` is `<file>.<path>` of `assets/locales/<language>/<file>.json`. */
export interface Message {
  readonly key: string;
  readonly params?: Readonly<Record<string, MessageParam>>;
}

export const message = (key: string, params?: Message['params']): Message =>
  params ? { key, params } : { key };
