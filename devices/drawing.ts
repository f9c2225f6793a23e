/**
 * The drawing library, loaded when something is first drawn: it takes over a tenth of a second to load, which a start
 * must not wait for.
 */
import { createRequire } from 'node:module';

type CanvasModule = typeof import('@napi-rs/canvas');

const load = createRequire(import.meta.url);
let loaded: CanvasModule | null = null;

export function drawing(): CanvasModule {
  // `require` cannot know what it answers.
  loaded ??= load('@napi-rs/canvas') as CanvasModule;
  return loaded;
}
