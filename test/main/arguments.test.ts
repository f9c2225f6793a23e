import { describe, expect, it } from 'vitest';
import { readArguments } from '../../main/arguments.ts';

describe('the command line', () => {
  it('says nothing by default', () => {
    expect(readArguments([])).toEqual({
      ok: true,
      value: {
        config: null,
        dataDirectory: null,
        simulate: false,
        bench: true,
        simulationSpeed: 1,
        size: null,
        language: null,
      },
    });
  });

  it('is read whatever Chromium and Electron find in it too', () => {
    const argv = [
      '--inspect=0',
      '--no-sandbox',
      '/opt/app',
      '--simulate',
      '--data-dir',
      '/d',
      '--size',
      '1280x1024',
    ];
    const read = readArguments([
      ...argv,
      '--lang=ru',
      '--config',
      'terminal.json',
      '--no-bench',
      '--use-fake-x=/a,b',
    ]);
    expect(read).toEqual({
      ok: true,
      value: {
        config: 'terminal.json',
        dataDirectory: '/d',
        simulate: true,
        bench: false,
        simulationSpeed: 1,
        size: { width: 1280, height: 1024 },
        language: 'ru',
      },
    });
  });

  it.each([
    [['--size', 'large'], '--size is WIDTHxHEIGHT in pixels, such as 1080x1920; "large" is not.'],
    [['--size', '5x5'], '--size is WIDTHxHEIGHT in pixels, such as 1080x1920; "5x5" is not.'],
    [['--lang', 'de'], '--lang is one of zh, en, ko, ru; "de" is not.'],
    [['--simulation-speed', '0'], '--simulation-speed is a number from 1 to 100.'],
    [['--config'], '--config needs a path.'],
    [['--data-dir='], '--data-dir needs a path.'],
  ])('%j is refused in one sentence', (argv, sentence) => {
    expect(readArguments(argv)).toEqual({ ok: false, error: sentence });
  });
});
