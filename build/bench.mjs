/** `npm run bench`: measures the terminal against its limits. With `--json` only the result goes to stdout. */
import { continueUnderBundledNode } from './launch/node24.mjs';
import { setUp } from './setup.mjs';

setUp();
continueUnderBundledNode(import.meta.url);
const { compile } = await import('./launch/compile.mjs');
const { runScript } = await import('./launch/run-script.mjs');
await compile();
await runScript('test/bench/run.ts');
