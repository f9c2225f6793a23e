import { spawn } from 'node:child_process';

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [timeoutMs] Kills the command after this time; default 20 minutes.
 * @property {boolean} [quiet] Keep the output instead of showing it.
 *
 * @typedef {object} CommandOutcome
 * @property {number} code Exit code; 127 where the command could not be started, 124 where it was killed for its time.
 * @property {string} output stdout and stderr together, only kept where `quiet`.
 */

/**
 * Runs a command to its end. Whatever it prints goes to stderr, so that stdout stays free for the result of
 * the command the operator asked for.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<CommandOutcome>}
 */
export function runCommand(command, args, options = {}) {
  const quiet = options.quiet ?? false;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', process.stderr, process.stderr],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        child.kill('SIGKILL');
      },
      options.timeoutMs ?? 20 * 60_000,
    );
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${output}${error.message}` });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? (signal ? 1 : 0)), output });
    });
  });
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`[set-up] ${line}\n`);
}
