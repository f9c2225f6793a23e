import { describe, expect, it } from 'vitest';
import { isBrowserShortcut, lockedPreferences } from '../../../main/window/lock-down.ts';

const key = (name: string, held: readonly ('control' | 'alt' | 'meta')[] = []) =>
  isBrowserShortcut({
    key: name,
    control: held.includes('control'),
    alt: held.includes('alt'),
    meta: held.includes('meta'),
  });

describe('keys that steer a browser', () => {
  it.each([
    ['F5', []],
    ['F11', []],
    ['F12', []],
    ['BrowserBack', []],
    ['r', ['control']],
    ['+', ['control']],
    ['p', ['control']],
    ['Tab', ['control']],
    ['F4', ['alt']],
    ['ArrowLeft', ['alt']],
    ['l', ['meta']],
  ] as const)('%s %s is held back', (name, held) => {
    expect(key(name, held)).toBe(true);
  });

  it.each(['a', '7', 'Enter', 'Tab', 'Escape', 'ArrowDown', 'Backspace', ' '])(
    '%s is let through',
    (name) => {
      expect(key(name)).toBe(false);
    },
  );
});

describe('preferences of a window', () => {
  it('keep the page in its sandbox, with developer tools only where asked', () => {
    const locked = lockedPreferences('/preload.cjs', { devTools: false });
    expect(locked).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
    });
  });
});
