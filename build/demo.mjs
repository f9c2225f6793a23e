/** `npm run demo`: walks a service in the real application and writes a picture of every view. */
import { continueUnderBundledNode } from './launch/node24.mjs';
import { setUp } from './setup.mjs';

setUp();
continueUnderBundledNode(import.meta.url);
const { compile } = await import('./launch/compile.mjs');
const { runScript } = await import('./launch/run-script.mjs');
await compile();
await runScript('test/e2e/demo.ts');
