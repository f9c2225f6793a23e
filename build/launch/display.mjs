import { spawn } from 'node:child_process';

/**
 * @typedef {object} Display
 * @property {string} name Value for DISPLAY, such as `:99`.
 * @property {boolean} virtual
 * @property {() => Promise<void>} stop Ends the display if it was started here.
 */

/** Large enough for every supported screen in either orientation, and for the bench beside it. */
const screen = '2560x1920x24';

/**
 * The display of this session, or a virtual one.
 *
 * @returns {Promise<Display>}
 */
export async function ensureDisplay() {
  const name = process.env.DISPLAY;
  return name ? { name, virtual: false, stop: async () => {} } : startVirtualDisplay();
}

/**
 * Starts Xvfb on a display number of its own choosing. It ends with this process at the latest.
 *
 * @returns {Promise<Display>}
 */
export function startVirtualDisplay() {
  return new Promise((resolve, reject) => {
    const server = spawn(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-noreset'],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
        // Ctrl-C must not take the display away from a terminal that is still shutting down.
        detached: true,
      },
    );
    const gone = new Promise((resolve) => server.once('close', resolve));
    const killWithUs = () => server.kill('SIGKILL');
    process.once('exit', killWithUs);
    const stop = async () => {
      process.off('exit', killWithUs);
      server.kill();
      await gone;
    };
    let complaint = '';
    server.stderr?.on('data', (chunk) => {
      complaint += chunk;
    });
    const timer = setTimeout(() => {
      server.kill('SIGKILL');
      reject(new Error(`Xvfb did not come up within 15 s. ${complaint.trim()}`));
    }, 15_000);
    server.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`Xvfb could not be started (${error.message}). Install it, or set DISPLAY.`));
    });
    server.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Xvfb ended with code ${code}. ${complaint.trim()}`));
    });
    let number = '';
    server.stdio[3]?.on('data', (chunk) => {
      number += chunk;
      if (!number.includes('\n')) return;
      clearTimeout(timer);
      resolve({ name: `:${number.trim()}`, virtual: true, stop });
    });
  });
}
