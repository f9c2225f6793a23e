/**
 * What no window of the terminal may do, whatever its page is made to attempt: leave its page, open another,
 * use a permission it was not given, download, zoom, show a menu, embed a webview.
 */
import type { App, Input, Menu, Session, WebContents, WebPreferences } from 'electron';
import { pageUrl, type WindowName } from './protocol.ts';

/** Something a page tried and did not get. Never carries a path or query, which could hold personal data. */
export interface RefusedAct {
  readonly act: 'navigation' | 'newWindow' | 'webview' | 'permission' | 'download' | 'input';
  readonly window: WindowName | null;
  /** Scheme of the address, name of the permission, or name of the key. */
  readonly what: string;
}

export interface LockDown {
  /** Remembers which window a page belongs to; a page that was never named gets nothing at all. */
  name(contents: WebContents, name: WindowName): void;
}

/** Preferences of every window; a preload script is all that differs. */
export function lockedPreferences(preload: string, options: { readonly devTools: boolean }): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    plugins: false,
    navigateOnDragDrop: false,
    disableDialogs: true,
    spellcheck: false,
    safeDialogs: true,
    autoplayPolicy: 'no-user-gesture-required',
    backgroundThrottling: false,
    devTools: options.devTools,
  };
}

/** Locks every page that will ever exist in this process, and the session they share. */
export function lockDown(
  app: App,
  menu: typeof Menu,
  session: Session,
  refused: (act: RefusedAct) => void,
): LockDown {
  const names = new Map<number, WindowName>();
  const nameOf = (contents: WebContents | null) => (contents ? (names.get(contents.id) ?? null) : null);
  menu.setApplicationMenu(null);
  app.on('web-contents-created', (_event, contents) => {
    lockContents(contents, (act, what) => refused({ act, window: nameOf(contents), what }));
    const { id } = contents;
    contents.once('destroyed', () => names.delete(id));
  });
  lockSession(session, nameOf, refused);
  return { name: (contents, name) => names.set(contents.id, name) };
}

function lockContents(contents: WebContents, refuse: (act: RefusedAct['act'], what: string) => void): void {
  contents.on('will-frame-navigate', (event) => {
    event.preventDefault();
    refuse('navigation', schemeOf(event.url));
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
    refuse('navigation', schemeOf(event.url));
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
    refuse('webview', '');
  });
  contents.setWindowOpenHandler(({ url }) => {
    refuse('newWindow', schemeOf(url));
    return { action: 'deny' };
  });
  contents.on('before-input-event', (event, input) => {
    if (!isBrowserShortcut(input)) return;
    event.preventDefault();
    refuse('input', input.key);
  });
  contents.on('zoom-changed', () => contents.setZoomFactor(1));
  contents.on('did-finish-load', () => {
    contents.setZoomFactor(1);
    // Rejects only when the page has gone meanwhile; the next load sets it again.
    contents.setVisualZoomLevelLimits(1, 1).catch(() => undefined);
  });
}

/** Reloading, zooming, closing, printing, full screen and developer tools by keyboard. */
export function isBrowserShortcut(input: Pick<Input, 'key' | 'control' | 'meta' | 'alt'>): boolean {
  if (/^F\d{1,2}$/.test(input.key) || /^Browser/.test(input.key)) return true;
  if (input.meta || input.alt) return true;
  return input.control && !/^[acvxz]$/i.test(input.key);
}

function lockSession(
  session: Session,
  nameOf: (contents: WebContents | null) => WindowName | null,
  refused: (act: RefusedAct) => void,
): void {
  session.setPermissionRequestHandler((contents, permission, grant, details) => {
    const window = nameOf(contents);
    const kinds = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const granted =
      permission === 'media' &&
      isCameraPage(window, details.requestingUrl) &&
      kinds.length > 0 &&
      kinds.every((kind) => kind === 'video');
    if (!granted) refused({ act: 'permission', window, what: permission });
    grant(granted);
  });
  session.setPermissionCheckHandler(
    (contents, permission, origin, details) =>
      permission === 'media' && isCameraPage(nameOf(contents), `${origin}/`) && details.mediaType !== 'audio',
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, grant) => grant({}));
  session.on('will-download', (event, _item, contents) => {
    event.preventDefault();
    refused({ act: 'download', window: nameOf(contents), what: '' });
  });
  session.setSpellCheckerEnabled(false);
}

function isCameraPage(window: WindowName | null, address: string): boolean {
  const url = URL.parse(address);
  return window === 'camera' && url !== null && `${url.protocol}//${url.host}/` === pageUrl('camera');
}

function schemeOf(address: string): string {
  return URL.parse(address)?.protocol ?? '';
}
