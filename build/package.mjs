/**
 * `npm run dist`: builds the packages of `electron-builder.yml` and asserts, by reading them back, that the
 * fuses of the shipped executable are set as asked.
 */
import path from 'node:path';
import { continueUnderBundledNode } from './launch/node24.mjs';
import { root, setUp } from './setup.mjs';

setUp();
continueUnderBundledNode(import.meta.url);
const { compile } = await import('./launch/compile.mjs');
const { wrongFuses } = await import('./fuses.mjs');
const { build } = await import('electron-builder');

await compile({ force: true });
await build({ projectDir: root, publish: 'never' });
const wrong = await wrongFuses(path.join(root, 'dist/linux-unpacked/exit-entry-terminal'));
if (wrong.length > 0) {
  console.error(
    `The packaged executable must not be shipped; fuses set otherwise than asked: ${wrong.join(', ')}.`,
  );
  process.exitCode = 1;
}
