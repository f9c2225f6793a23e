/** Entry of the terminal: one instance, its windows, a clean end. */
import path from 'node:path';
import { app, Menu, protocol, session } from 'electron';
import { type Arguments, readArguments } from './arguments.ts';
import { createApplicantScreen } from './session/applicant-screen.ts';
import { systemClock } from './session/clock.ts';
import { createApplicantWindow } from './window/applicant-window.ts';
import { lockDown } from './window/lock-down.ts';
import { registerScheme, serveFiles } from './window/protocol.ts';

/** One line of JSON on stderr for whoever watches the process. Never anything an applicant typed or showed. */
function report(event: string, details: object): void {
  console.error(JSON.stringify({ event, ...details }));
}

const parsed = readArguments(process.argv.slice(1));
if (!parsed.ok) {
  console.error(parsed.error);
  app.exit(2);
} else {
  const args = parsed.value;
  if (args.dataDirectory) app.setPath('userData', path.resolve(args.dataDirectory, 'chromium'));
  registerScheme(protocol);
  // Enabling it where the launcher had to switch it off leaves Chromium unable to start any process.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.whenReady().then(() => open(args), console.error);
}

function open(args: Arguments): void {
  const root = app.getAppPath();
  serveFiles(protocol, { renderers: path.join(root, 'out/renderer'), assets: {} });
  const lock = lockDown(app, Menu, session.defaultSession, (act) => report('refusedAct', act));
  createApplicantWindow({
    screen: createApplicantScreen({
      clock: systemClock,
      hall: { nameZh: '', nameEn: '', counter: '', hours: '' },
      defaults: { language: 'zh', largeText: false, highContrast: false, lowReach: false },
      idleWarningSeconds: 20,
      onAction: () => {},
    }),
    onPreview: () => () => {},
    lockDown: lock,
    preload: path.join(root, 'out/preload/applicant.cjs'),
    placement: args.size,
    devTools: !app.isPackaged,
    onIncident: (incident) => report('rendererIncident', incident),
    onRefusedMessage: (message) => report('refusedMessage', message),
    onPainted: (viewId) => report('painted', { viewId }),
  });
}
