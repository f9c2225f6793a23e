/** What the screen alone has to format: the wall clock and long numbers. Money and dates of messages are formatted in the contract. */
import type { Language, MessageParam } from '../../main/contract/message.ts';

export const money = (fen: number): MessageParam => ({ kind: 'money', fen });
export const date = (day: string): MessageParam => ({ kind: 'date', date: day });
export const text = (key: string): MessageParam => ({ kind: 'message', message: { key } });

const locales = { zh: 'zh-CN', en: 'en-GB', ko: 'ko-KR', ru: 'ru-RU' } as const satisfies Record<
  Language,
  string
>;

/** Hours and minutes, 24-hour clock. */
export function formatTime(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    at,
  );
}

/** Day, month and weekday as the language writes them, `7月12日 星期四`. */
export function formatDay(language: Language, at: number): string {
  const day = new Intl.DateTimeFormat(locales[language], { month: 'long', day: 'numeric' }).format(at);
  const weekday = new Intl.DateTimeFormat(locales[language], { weekday: 'long' }).format(at);
  return language === 'zh' || language === 'ko' ? `${day} ${weekday}` : `${weekday}, ${day}`;
}

/** A number in groups of four from the left, the way it can be read out. */
export function groupedByFour(digits: string): string {
  return digits.replace(/(.{4})(?=.)/g, '$1 ');
}
