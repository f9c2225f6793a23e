/** `npm run build`: sets up and builds main, preload and renderers into `out/`. */
import { continueUnderBundledNode } from './launch/node24.mjs';
import { setUp } from './setup.mjs';

setUp();
continueUnderBundledNode(import.meta.url);
const { compile } = await import('./launch/compile.mjs');
await compile({ force: true });
