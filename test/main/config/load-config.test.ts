import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configProblemSentence, loadConfig } from '../../../main/config/load-config.ts';
import { shippedProfiles } from '../../../main/config/profiles.ts';
import { serviceIds } from '../../../main/config/schema.ts';

const simulation = readFileSync(new URL('../../../main/config/simulation.json', import.meta.url), 'utf8');

/** The simulation's file with some settings changed; `undefined` takes one away. */
function changed(change: (file: Record<string, Record<string, unknown>>) => void): string {
  const file = JSON.parse(simulation);
  change(file);
  return JSON.stringify(file);
}

function problems(text: string): string[] {
  const loaded = loadConfig(text, shippedProfiles);
  return loaded.ok ? [] : loaded.error.map(configProblemSentence);
}

describe('loading terminal.json', () => {
  it('lays the file over its profile', () => {
    const loaded = loadConfig(simulation, shippedProfiles);
    if (!loaded.ok) throw new Error(loaded.error.map(configProblemSentence).join('\n'));
    expect(loaded.value.terminal).toEqual({ id: 'LK-03', profile: 'endorsement-machine' });
    expect(loaded.value.devices.cardReader).toEqual({ adapter: 'pcsc', reader: 'Virtual PCD' });
    expect(loaded.value.timeouts.idleSeconds).toBe(45);
    expect(loaded.value.services).toEqual(['endorsement']);
  });

  it.each(shippedProfiles.names)('profile %s needs nothing but what only the hall knows', (name) => {
    const text = changed((file) => {
      file.terminal = { id: 'LK-03', profile: name };
    });
    expect(problems(text)).toEqual([]);
  });

  it('offers only services that exist', () => {
    for (const name of shippedProfiles.names) {
      const text = changed((file) => {
        file.terminal = { id: 'LK-03', profile: name };
      });
      const loaded = loadConfig(text, shippedProfiles);
      expect(loaded.ok && loaded.value.services.every((service) => serviceIds.includes(service))).toBe(true);
    }
  });

  it('lets a hall switch a device of its profile off, and the bureau to the real one', () => {
    const loaded = loadConfig(
      changed((file) => {
        file.devices = { ...file.devices, mrzReader: null };
        file.bureau = { adapter: 'http', url: 'https://bureau.example/api', timeoutMs: 5000 };
      }),
      shippedProfiles,
    );
    if (!loaded.ok) throw new Error(loaded.error.map(configProblemSentence).join('\n'));
    expect(loaded.value.devices.mrzReader).toBeNull();
    expect(loaded.value.bureau).toEqual({
      adapter: 'http',
      url: 'https://bureau.example/api',
      timeoutMs: 5000,
      retries: 2,
      mtls: null,
    });
  });
});

describe('a wrong terminal.json', () => {
  it('names the path, what was expected and what was found', () => {
    const text = changed((file) => {
      file.region = { division: '23' };
      file.devices = { cardReader: {} };
      file.face = { minSimilarity: 1.2, tries: 'three' };
      file.timeouts = { idleSeconds: 0 };
    });
    expect(problems(text)).toEqual([
      '$.region.division: expected a six-digit division code (GB/T 2260), found "23"',
      '$.devices.cardReader.reader: expected part of the PC/SC name of the reader, text of 1 to 100 characters, found nothing',
      '$.face.minSimilarity: expected the least likeness, a number from 0 to 1, found 1.2',
      '$.face.tries: expected a whole number of tries from 1 to 5, found "three"',
      '$.timeouts.idleSeconds: expected a whole number of seconds from 10 to 600, found 0',
    ]);
  });

  it('does not let a misspelt setting pass as the default', () => {
    const text = changed((file) => {
      file.face = { minSimilarty: 0.9 };
    });
    expect(problems(text)).toEqual([
      '$.face.minSimilarty: expected only the settings minSimilarity, minReal, minLive, tries, secondsPerTry, framesPerTry, found 0.9',
    ]);
  });

  it('refuses a service that does not exist, or twice the same', () => {
    expect(
      problems(JSON.stringify({ ...JSON.parse(simulation), services: ['endorsement', 'queue'] })).some(
        (line) => line.startsWith('$.services[1]: expected one of "endorsement", found "queue"'),
      ),
    ).toBe(true);
    expect(
      problems(JSON.stringify({ ...JSON.parse(simulation), services: ['endorsement', 'endorsement'] })),
    ).toContain('$.services: expected each service once, found ["endorsement","endorsement"]');
  });

  it('refuses a bureau address in clear unless it is on this machine', () => {
    const withUrl = (url: string) =>
      problems(
        changed((file) => {
          file.bureau = { adapter: 'http', url };
        }),
      );
    expect(withUrl('http://10.1.2.3/api')).toEqual([
      '$.bureau.url: expected the address of the bureau, https://…, or http:// on this machine, found "http://10.1.2.3/api"',
    ]);
    expect(withUrl('https://user:word@bureau.example/')).toHaveLength(1);
    expect(withUrl('http://127.0.0.1:8080/api')).toEqual([]);
  });

  it.each([
    ['林口县出入境接待大厅', 'nameZh'],
    ['XX县公安局出入境接待大厅', 'nameZh'],
    ['Linkou hall', 'nameEn'],
  ])('refuses %s as %s of the hall', (value, key) => {
    const text = changed((file) => {
      file.hall = { ...file.hall, [key]: value };
    });
    expect(problems(text)[0]).toMatch(`$.hall.${key}: expected`);
  });

  it('lists the profiles when it does not know the one named', () => {
    const text = changed((file) => {
      file.terminal = { id: 'LK-03', profile: 'village-hall' };
    });
    expect(problems(text)).toEqual([
      '$.terminal.profile: expected one of "county-hall", "city-hall", "station-24h", "endorsement-machine", found "village-hall"',
    ]);
  });

  it.each([
    [
      '{\n  "terminal": {"id": "LK-03",}\n}',
      '$ (line 2, column 30): expected a setting’s name in double quotes, found }',
    ],
    ['{\n  "a": 1\n  "b": 2\n}', '$ (line 3, column 3): expected a comma or }, found "b": 2'],
    ["{'a': 1}", "$ (line 1, column 2): expected a setting’s name in double quotes, found 'a': 1}"],
    ['{"a": 1, "a": 2}', '$ (line 1, column 10): expected each setting once, found "a": 2}'],
    ['{"a": [1, 2', '$ (line 1, column 12): expected a comma or ], found the end of the file'],
    ['', '$ (line 1, column 1): expected a value, found the end of the file'],
    ['{} {}', '$ (line 1, column 4): expected the end of the file, found {}'],
    ['{"a": 01}', '$ (line 1, column 8): expected a comma or }, found 1}'],
  ])('shows where %j breaks off', (text, sentence) => {
    expect(problems(text)).toEqual([sentence]);
  });

  it('says so when the file is JSON but not an object', () => {
    for (const text of ['null', '[]', '3', '"x"']) {
      expect(problems(text)[0]).toMatch('$.terminal.profile: expected one of');
    }
  });

  it('answers every text with a configuration or a sentence, and agrees with JSON.parse on what is JSON', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((text) => text.slice(0, -1)),
        ),
        (text) => {
          const loaded = loadConfig(text, shippedProfiles);
          expect(loaded.ok).toBe(false);
          if (loaded.ok || loaded.error[0]?.position === undefined) return;
          if (loaded.error[0].expected === 'each setting once') return;
          expect(() => JSON.parse(text)).toThrow();
        },
      ),
    );
  });

  it('refuses nesting and length that no configuration has', () => {
    expect(problems('['.repeat(100_000))).toEqual([expect.stringContaining('expected at most 64 levels')]);
    expect(problems(`"${'x'.repeat(300_000)}"`)).toEqual([
      expect.stringContaining('found 300002 characters'),
    ]);
  });
});
