import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledNode } from '../setup/npm-packages.mjs';
import { root } from '../setup.mjs';

/**
 * Runs the calling script again under the tree's Node 24 where another Node started it (the first run on a
 * machine, or a call without npm); does not return then.
 *
 * @param {string} scriptUrl `import.meta.url` of the caller
 */
export function continueUnderBundledNode(scriptUrl) {
  if (process.versions.node.startsWith('24.')) return;
  const ignoreForOurselves = () => {};
  process.on('SIGINT', ignoreForOurselves);
  const again = spawnSync(bundledNode(root), [fileURLToPath(scriptUrl), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: bundledEnvironment(),
  });
  process.exit(again.status ?? 1);
}

/**
 * The environment in which `node` and the packages' commands are the tree's own.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function bundledEnvironment() {
  const own = path.join(root, 'node_modules/.bin');
  const others = (process.env.PATH ?? '').split(path.delimiter).filter((entry) => entry !== own);
  return { ...process.env, PATH: [own, ...others].join(path.delimiter) };
}
