import { BrowserWindow } from 'electron';
import { z } from 'zod';
import { applicantEventSchema } from '../contract/events.ts';
import { channels } from '../contract/terminal-api.ts';
import type { ApplicantScreen } from '../session/applicant-screen.ts';
import { type Peer, type RefusedMessage, receive, send } from './ipc.ts';
import { type LockDown, lockedPreferences } from './lock-down.ts';
import { pageUrl } from './protocol.ts';
import { keepLoaded, type RendererIncident } from './renderer-health.ts';

export interface ApplicantContent {
  readonly screen: Pick<ApplicantScreen, 'current' | 'onScreenful' | 'handle'>;
  /** Calls `listener` with each JPEG frame of the live preview; answers how to stop. */
  readonly onPreview: (listener: (jpeg: Uint8Array) => void) => () => void;
}

export interface ApplicantWindowOptions {
  /** What is shown and who is told of touches; the page loads while this is still being made. */
  readonly content: Promise<ApplicantContent>;
  readonly lockDown: LockDown;
  readonly preload: string;
  /** Full screen without a way out, or a window of this content size in simulation. */
  readonly placement: 'kiosk' | { readonly width: number; readonly height: number };
  readonly devTools: boolean;
  readonly onIncident: (incident: RendererIncident) => void;
  readonly onRefusedMessage: (message: RefusedMessage) => void;
  /** The view with this id is on the glass. */
  readonly onPainted: (viewId: number) => void;
}

/**
 * Opens the applicant screen. It is shown at once, in the colour of its page: a page that is still empty when it has
 * loaded never tells that it is ready to be shown, and a hidden one does not paint. Never closed by the applicant.
 */
export function createApplicantWindow(options: ApplicantWindowOptions): BrowserWindow {
  const { content, placement } = options;
  const kiosk = placement === 'kiosk';
  const window = new BrowserWindow({
    ...(kiosk
      ? { kiosk: true, fullscreen: true, alwaysOnTop: true }
      : { ...placement, useContentSize: true }),
    frame: !kiosk,
    resizable: !kiosk,
    closable: !kiosk,
    minimizable: !kiosk,
    enableLargerThanScreen: true,
    autoHideMenuBar: true,
    backgroundColor: '#fbfaf6',
    title: 'exit-entry-terminal',
    webPreferences: lockedPreferences(options.preload, options),
  });
  window.removeMenu();
  const peer: Peer = { name: 'applicant', contents: window.webContents };
  options.lockDown.name(peer.contents, peer.name);

  const receiver = <T>(channel: string, schema: z.ZodType<T>) => ({
    channel,
    schema,
    refused: options.onRefusedMessage,
  });
  receive(peer, receiver(channels.ready, z.undefined()), () => {
    void content.then(({ screen }) => send(peer, channels.screenful, screen.current()));
  });
  receive(peer, receiver(channels.event, applicantEventSchema), (event) => {
    void content.then(({ screen }) => screen.handle(event));
  });
  receive(peer, receiver(channels.painted, z.int().nonnegative()), options.onPainted);
  void content.then(({ screen, onPreview }) => {
    if (window.isDestroyed()) return;
    const stopScreenfuls = screen.onScreenful((screenful) => send(peer, channels.screenful, screenful));
    const stopPreview = onPreview((jpeg) => send(peer, channels.preview, jpeg));
    window.once('closed', () => {
      stopScreenfuls();
      stopPreview();
    });
  });

  keepLoaded(peer.name, peer.contents, () => window.loadURL(pageUrl('applicant')), options.onIncident);
  return window;
}
