/** `npm run journal -- verify | show | export`: reads a journal file; the terminal need not run. */
import { continueUnderBundledNode } from './launch/node24.mjs';
import { setUp } from './setup.mjs';

setUp();
continueUnderBundledNode(import.meta.url);
const { runScript } = await import('./launch/run-script.mjs');
await runScript('main/journal/cli.ts');
