/**
 * The `app://` scheme. Every window has an origin of its own (`app://applicant`, `app://bench`, …) and gets its
 * page, the bundles and the shipped assets from disk; nothing else is reachable, and every answer carries the
 * content security policy of its window.
 */
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Protocol } from 'electron';

/** Windows the terminal can open; each is a folder below `renderer/` and an origin. */
export type WindowName = 'applicant' | 'bench' | 'camera' | 'technician';

const windowNames: readonly WindowName[] = ['applicant', 'bench', 'camera', 'technician'];

export const scheme = 'app';

/** The address of a window's page. */
export const pageUrl = (name: WindowName): string => `${scheme}://${name}/`;

/** To be called before Electron is ready: makes `app://` an ordinary secure origin with fetch and streaming wasm. */
export function registerScheme(protocol: Protocol): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ]);
}

export interface ServedFolders {
  /** The built renderers: `<name>/index.html` per window, and `assets/` with bundles, styles and fonts. */
  readonly renderers: string;
  /** Further folders by the first part of their path, such as `models` for `app://camera/models/…`. */
  readonly assets: Readonly<Record<string, string>>;
}

/** Serves `app://` from disk. */
export function serveFiles(protocol: Protocol, folders: ServedFolders): void {
  protocol.handle(scheme, async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405);
    const place = locate(request.url, folders);
    if (!place) return refusal(404);
    const content = await readBelow(place.folder, place.file);
    if (!content) return refusal(404);
    return new Response(request.method === 'HEAD' ? null : content, {
      headers: {
        'content-type': mediaType(place.file),
        'content-security-policy': contentSecurityPolicy(place.window),
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      },
    });
  });
}

/**
 * The policy a window's page runs under: nothing inline, nothing evaluated, nothing from elsewhere.
 * The camera window alone may compile WebAssembly, and start workers, for its vision models.
 */
export function contentSecurityPolicy(window: WindowName): string {
  const script = window === 'camera' ? "script-src 'self' 'wasm-unsafe-eval'" : "script-src 'self'";
  const worker = window === 'camera' ? "worker-src 'self'" : "worker-src 'none'";
  return [
    "default-src 'none'",
    script,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self' blob:",
    "connect-src 'self'",
    worker,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export interface Place {
  readonly window: WindowName;
  readonly folder: string;
  /** Path below `folder`, with `/` between its parts. */
  readonly file: string;
}

/**
 * Where an address leads, or `null` where it leads nowhere: unknown window, path that leaves its folder,
 * hidden or encoded parts.
 */
export function locate(address: string, folders: ServedFolders): Place | null {
  const url = URL.parse(address);
  if (!url || url.protocol !== `${scheme}:`) return null;
  const window = windowNames.find((name) => name === url.hostname);
  if (!window || url.port !== '' || url.username !== '') return null;
  const parts = decodedParts(url.pathname);
  if (!parts) return null;
  const [first, ...rest] = parts;
  if (first === undefined) return { window, folder: folders.renderers, file: `${window}/index.html` };
  if (first === 'assets' && rest.length > 0)
    return { window, folder: folders.renderers, file: parts.join('/') };
  const folder = Object.hasOwn(folders.assets, first) ? folders.assets[first] : undefined;
  return folder !== undefined && rest.length > 0 ? { window, folder, file: rest.join('/') } : null;
}

/** The parts of a path; `null` where one of them is hidden, climbs, or smuggles a separator. */
function decodedParts(pathname: string): readonly string[] | null {
  const parts: string[] = [];
  for (const raw of pathname.split('/').filter((part) => part !== '')) {
    let part: string;
    try {
      part = decodeURIComponent(raw);
    } catch {
      return null;
    }
    if (part.startsWith('.') || /[/\\\0:%]/.test(part)) return null;
    parts.push(part);
  }
  return parts;
}

/** The file's bytes if it lies below the folder, symbolic links followed. */
async function readBelow(folder: string, file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const base = await realpath(folder);
    const target = await realpath(path.join(base, file));
    if (!target.startsWith(base + path.sep)) return null;
    return await readFile(target);
  } catch {
    return null;
  }
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
};

export function mediaType(file: string): string {
  return mediaTypes[path.extname(file).toLowerCase()] ?? 'application/octet-stream';
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: { 'content-security-policy': "default-src 'none'" } });
}
