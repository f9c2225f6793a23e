import { spawn } from 'node:child_process';
import path from 'node:path';
import { bundledNode } from '../setup/npm-packages.mjs';
import { root } from '../setup.mjs';
import { bundledEnvironment } from './node24.mjs';

/**
 * Runs a TypeScript file of the tree under Node 24 with this script's own arguments and streams; this process
 * ends with its exit code.
 *
 * @param {string} file Path from the tree's root.
 * @param {NodeJS.ProcessEnv} [env] Added to the environment.
 * @returns {Promise<void>}
 */
export function runScript(file, env = {}) {
  return new Promise((resolve) => {
    const script = spawn(bundledNode(root), [path.join(root, file), ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...bundledEnvironment(), ...env },
    });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
      process.on(signal, () => script.kill(signal));
    }
    script.on('exit', (code) => {
      process.exitCode = code ?? 1;
      resolve();
    });
  });
}
