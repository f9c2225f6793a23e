import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, readImports } from './read-imports.ts';
import { rules, undeclaredPackages, violations } from './rules.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folders = ['main', 'devices', 'native-mocks', 'renderer'].filter((folder) =>
  existsSync(path.join(root, folder)),
);

const brokenBy = (file: string, source: string) =>
  violations(importsOf(file, source)).map(({ rule }) => rule);

describe('imports of the tree', () => {
  const imports = readImports(root, folders);

  it('are read at all', () => {
    expect(imports.length).toBeGreaterThan(50);
    expect(imports).toContainEqual(expect.objectContaining({ from: 'main/index.ts', to: 'electron' }));
  });

  it('break no rule', () => {
    const broken = violations(imports).map(
      ({ from, line, to, rule }) => `${from}:${line} imports ${to}: ${rule}`,
    );
    expect(broken).toEqual([]);
  });

  it('name only packages that are installed for production', () => {
    const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    const undeclared = undeclaredPackages(imports, new Set(Object.keys(dependencies)));
    expect(undeclared.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});

describe('a forbidden import is caught', () => {
  const forbidden: readonly (readonly [string, string, number])[] = [
    ['main/rules/fees.ts', `import { readFile } from 'node:fs/promises';`, 0],
    ['main/contract/views.ts', `import type { Journal } from '../journal/journal.ts';`, 0],
    ['devices/card-reader/pcsc.ts', `import type { TerminalConfig } from '../../main/config/schema.ts';`, 1],
    ['main/steps/pay-fee.ts', `import { openJournal } from '../journal/open.ts';`, 2],
    ['main/steps/insert-permit.ts', `import { readPermit } from '../../devices/permit/read-permit.ts';`, 2],
    ['main/steps/insert-permit.ts', `const { x } = await import('../bureau/simulator.ts');`, 2],
    ['main/journal/open.ts', `import type { App } from 'electron';`, 3],
    ['devices/native.ts', `export { shell } from 'electron/main';`, 3],
    ['renderer/applicant/app.tsx', `import { eligibility } from '../../main/rules/eligibility.ts';`, 4],
    ['renderer/applicant/app.tsx', `import fs from 'node:fs';`, 4],
    ['renderer/applicant/app.tsx', `type View = import('../../main/session/step.ts').Screen;`, 4],
    ['devices/card-reader/pcsc.ts', `const mocks = await import('../../native-mocks/index.ts');`, 5],
    ['main/terminal.ts', `import { cards } from '../native-mocks/cards.ts';`, 5],
    ['devices/native.ts', `import { mocks } from '../native-mocks/index.ts';`, 6],
    ['main/terminal.ts', `import { simulate } from './simulation/world.ts';`, 7],
    ['main/session/step.ts', `const { simulate } = await import('../simulation/world.ts');`, 7],
    ['main/terminal.ts', `export * from '../test/flows/people.ts';`, 8],
  ];

  it.each(forbidden)('%s: %s', (file, source, rule) => {
    expect(brokenBy(file, source)).toContain(rules[rule]?.name);
  });

  it('has an example for every rule', () => {
    expect(new Set(forbidden.map(([, , rule]) => rule)).size).toBe(rules.length);
  });

  it('in a package that only developers install', () => {
    const imports = importsOf('main/journal/open.ts', `import { z } from 'zod';\nimport yaml from 'yaml';`);
    expect(undeclaredPackages(imports, new Set(['zod'])).map(({ to }) => to)).toEqual(['yaml']);
  });
});

describe('an allowed import passes', () => {
  it.each([
    ['main/rules/fees.ts', `import { z } from 'zod';\nimport type { Place } from '../contract/views.ts';`],
    [
      'main/steps/pay-fee.ts',
      `import type { Payments } from '../payments/port.ts';\nimport { ok } from '../../devices/result.ts';`,
    ],
    ['main/window/ipc.ts', `import { ipcMain } from 'electron';`],
    ['devices/native.ts', `const mocks = await import('../native-mocks/index.ts');`],
    ['main/terminal.ts', `const { simulate } = await import('./simulation/world.ts');`],
    [
      'renderer/applicant/app.tsx',
      `import { useState } from 'react';\nimport type { View } from '../../main/contract/views.ts';\nimport './app.css';`,
    ],
  ])('%s: %s', (file, source) => {
    expect(brokenBy(file, source)).toEqual([]);
  });
});
