import { BrowserWindow } from 'electron';
import { z } from 'zod';
import { type BenchCommand, type BenchState, benchChannels, benchCommandSchema } from '../contract/bench.ts';
import { type Peer, type RefusedMessage, receive, send } from './ipc.ts';
import { type LockDown, lockedPreferences } from './lock-down.ts';
import { pageUrl } from './protocol.ts';
import { keepLoaded, type RendererIncident } from './renderer-health.ts';

/** The virtual hardware as the bench shows and drives it. */
export interface Bench {
  state(): BenchState;
  /** Calls `listener` after every change; answers how to stop. */
  onState(listener: (state: BenchState) => void): () => void;
  handle(command: BenchCommand): void;
}

export interface BenchWindowOptions {
  readonly bench: Bench;
  readonly lockDown: LockDown;
  readonly preload: string;
  readonly devTools: boolean;
  readonly onIncident: (incident: RendererIncident) => void;
  readonly onRefusedMessage: (message: RefusedMessage) => void;
}

/** Opens the bench beside the applicant screen; in simulation only. */
export function createBenchWindow(options: BenchWindowOptions): BrowserWindow {
  const { bench } = options;
  const window = new BrowserWindow({
    width: 1200,
    height: 1000,
    useContentSize: true,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: '#fbfaf6',
    title: 'exit-entry-terminal bench',
    webPreferences: lockedPreferences(options.preload, options),
  });
  window.removeMenu();
  window.once('ready-to-show', () => window.showInactive());
  const peer: Peer = { name: 'bench', contents: window.webContents };
  options.lockDown.name(peer.contents, peer.name);

  const refused = options.onRefusedMessage;
  receive(peer, { channel: benchChannels.ready, schema: z.undefined(), refused }, () =>
    send(peer, benchChannels.state, bench.state()),
  );
  receive(peer, { channel: benchChannels.command, schema: benchCommandSchema, refused }, (command) =>
    bench.handle(command),
  );
  const stop = bench.onState((state) => send(peer, benchChannels.state, state));
  window.once('closed', stop);

  keepLoaded(peer.name, peer.contents, () => window.loadURL(pageUrl('bench')), options.onIncident);
  return window;
}
