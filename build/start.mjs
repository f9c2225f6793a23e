/** `npm start`: sets up, builds and runs the terminal with simulated hardware. */
import { spawn } from 'node:child_process';
import { continueUnderBundledNode } from './launch/node24.mjs';
import { setUp } from './setup.mjs';

setUp();
continueUnderBundledNode(import.meta.url);
const { compile } = await import('./launch/compile.mjs');
const { electronCommand } = await import('./launch/electron-command.mjs');
const { ensureDisplay } = await import('./launch/display.mjs');

await compile();
const display = await ensureDisplay();
if (display.virtual) {
  console.error(`There is no display: the terminal runs under Xvfb on display ${display.name}.`);
  console.error('For pictures of every screen:  npm run demo -- --service endorsement --out DIR');
}
const command = electronCommand();
for (const warning of command.warnings) console.error(warning);
// In a process group of its own: Ctrl-C then reaches the terminal once, by this script. Electron takes a second
// signal for an order to die on the spot, which would leave a service in the middle.
const terminal = spawn(command.executable, [...command.args, '--simulate', ...process.argv.slice(2)], {
  stdio: 'inherit',
  detached: true,
  env: { ...process.env, ...command.env, DISPLAY: display.name },
});
let passedOnAt = Number.NEGATIVE_INFINITY;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    // npm passes on a Ctrl-C that the keyboard has sent here already.
    if (performance.now() - passedOnAt < 1000) return;
    passedOnAt = performance.now();
    terminal.kill(signal);
  });
}
terminal.on('exit', async (code, signal) => {
  await display.stop();
  process.exitCode = code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1);
});
