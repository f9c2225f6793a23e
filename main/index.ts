/** Entry of the terminal: one instance, its windows, a clean end. */
import path from 'node:path';
import { app, Menu, protocol, session } from 'electron';
import { type Arguments, readArguments } from './arguments.ts';
import type { Screenful } from './contract/views.ts';
import { createApplicantWindow } from './window/applicant-window.ts';
import { lockDown } from './window/lock-down.ts';
import { registerScheme, serveFiles } from './window/protocol.ts';

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
  const lock = lockDown(app, Menu, session.defaultSession, console.error);
  const screenful: Screenful = {
    viewId: 1,
    view: { kind: 'attract', services: [], outOfService: null },
    dialog: null,
    preferences: { language: 'zh', largeText: false, highContrast: false, lowReach: false },
    hall: { nameZh: '', nameEn: '', counter: '', hours: '' },
    progress: null,
    canGoBack: false,
    canLeave: false,
  };
  createApplicantWindow({
    screen: {
      screenful: () => screenful,
      onScreenful: () => () => {},
      onPreview: () => () => {},
      handle: console.error,
    },
    lockDown: lock,
    preload: path.join(root, 'out/preload/applicant.cjs'),
    placement: args.size,
    devTools: true,
    onIncident: console.error,
    onRefusedMessage: console.error,
    onPainted: (id) => console.error('painted', id),
  });
}
