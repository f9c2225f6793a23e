/**
 * `npm test`: sets up, then every check there is. Each check runs even where an earlier one failed, so that one
 * run tells everything. Arguments go to vitest: with them only the tests run.
 */
import path from 'node:path';
import { continueUnderBundledNode } from './launch/node24.mjs';
import { root, setUp } from './setup.mjs';

setUp();
continueUnderBundledNode(import.meta.url);
const { compile } = await import('./launch/compile.mjs');
const { bundledEnvironment } = await import('./launch/node24.mjs');
const { runCommand } = await import('./setup/run-command.mjs');
const { bundledNode } = await import('./setup/npm-packages.mjs');

const chosen = process.argv.slice(2);
const bin = path.join(root, 'node_modules');

/** @type {readonly { name: string, script: string, args: readonly string[] }[]} */
const checks = [
  { name: 'format and lint', script: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings'] },
  { name: 'types', script: 'typescript/bin/tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of the renderers', script: 'typescript/bin/tsc', args: ['-p', 'renderer/tsconfig.json'] },
  {
    name: 'types of the end-to-end tests',
    script: 'typescript/bin/tsc',
    args: ['-p', 'test/e2e/tsconfig.json'],
  },
];

/** @type {string[]} */
const failed = [];
for (const check of chosen.length > 0 ? [] : checks) {
  process.stderr.write(`\n— ${check.name}\n`);
  const outcome = await runCommand(bundledNode(root), [path.join(bin, check.script), ...check.args], {
    cwd: root,
    env: bundledEnvironment(),
  });
  if (outcome.code !== 0) failed.push(check.name);
}

process.stderr.write('\n— tests\n');
await compile();
const tests = await runCommand(bundledNode(root), [path.join(bin, 'vitest/vitest.mjs'), 'run', ...chosen], {
  cwd: root,
  env: bundledEnvironment(),
});
if (tests.code !== 0) failed.push('tests');

if (failed.length > 0) {
  process.stderr.write(`\nFailed: ${failed.join(', ')}.\n`);
  process.exitCode = 1;
}
