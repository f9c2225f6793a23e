/** What every view is handed by the shell around it. */
import { createContext, useContext, useEffect, useState } from 'react';
import type { ApplicantEvent } from '../../main/contract/events.ts';
import { formatMessage } from '../../main/contract/format-message.ts';
import type { Language, Message } from '../../main/contract/message.ts';
import type { TerminalApi } from '../../main/contract/terminal-api.ts';
import type { Screenful, View } from '../../main/contract/views.ts';
import { translatorFor } from '../i18n/texts.ts';

/** Time passed in, so that a picture of a screen can be taken at a chosen moment. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

/** Says a key with its parameters, or a message of main's, in the language on screen. */
export type Say = (message: string | Message, params?: Message['params']) => string;

export interface Surroundings {
  readonly terminal: TerminalApi;
  readonly clock: Clock;
  readonly screenful: Screenful;
  readonly say: Say;
  readonly send: (event: ApplicantEvent) => void;
}

const SurroundingsContext = createContext<Surroundings | null>(null);

export const SurroundingsProvider = SurroundingsContext.Provider;

export function useSurroundings(): Surroundings {
  const surroundings = useContext(SurroundingsContext);
  if (!surroundings) throw new Error('A view was rendered outside the applicant shell.');
  return surroundings;
}

export function sayIn(language: Language): Say {
  const translate = translatorFor(language);
  return (message, params) =>
    formatMessage(
      translate,
      language,
      typeof message === 'string' ? (params ? { key: message, params } : { key: message }) : message,
    );
}

/** Wall time, refreshed every `every` milliseconds. */
export function useNow(every: number): number {
  const { clock } = useSurroundings();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), every);
    return () => clearInterval(timer);
  }, [clock, every]);
  return now;
}

/** Whole seconds until `deadline` (epoch milliseconds), never below zero. */
export function useSecondsLeft(deadline: number): number {
  return Math.max(0, Math.ceil((deadline - useNow(250)) / 1000));
}

export type ViewProps<K extends View['kind']> = { readonly view: Extract<View, { kind: K }> };
