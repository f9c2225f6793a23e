import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Protocol } from 'electron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentSecurityPolicy, locate, mediaType, serveFiles } from '../../../main/window/protocol.ts';

let folder: string;
let respond: (request: Request) => Promise<Response>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'app-scheme-'));
  const files: Readonly<Record<string, string>> = {
    'renderers/applicant/index.html': '<!doctype html>',
    'renderers/assets/app.js': 'export {};',
    'renderers/secret.txt': 'not for pages',
    'sounds/ding.ogg': 'OggS',
    'outside.txt': 'outside',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
  await symlink(path.join(folder, 'outside.txt'), path.join(folder, 'renderers/assets/link.txt'));
  const protocol = {
    handle: (_scheme: string, handler: typeof respond) => {
      respond = handler;
    },
  };
  // Only `handle` is used; the rest of Electron's protocol module needs a running Electron.
  serveFiles(protocol as unknown as Protocol, {
    renderers: path.join(folder, 'renderers'),
    assets: { sounds: path.join(folder, 'sounds') },
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const get = (address: string, method = 'GET') => respond(new Request(address, { method }));

describe('app://', () => {
  it.each([
    ['app://applicant/', 'text/html; charset=utf-8'],
    ['app://applicant/assets/app.js', 'text/javascript; charset=utf-8'],
    ['app://camera/assets/app.js?v=1', 'text/javascript; charset=utf-8'],
    ['app://applicant/sounds/ding.ogg', 'audio/ogg'],
  ])('serves %s as %s', async (address, type) => {
    const answer = await get(address);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect((await answer.bytes()).length).toBeGreaterThan(0);
  });

  it.each([
    'app://applicant/index.html',
    'app://applicant/applicant/index.html',
    'app://applicant/secret.txt',
    'app://applicant/assets',
    'app://applicant/assets/../secret.txt',
    'app://applicant/assets/%2e%2e/secret.txt',
    'app://applicant/assets/..%2fsecret.txt',
    'app://applicant/assets/..%5csecret.txt',
    'app://applicant/assets/%252e%252e/secret.txt',
    'app://applicant/assets/app.js%00.txt',
    'app://applicant/assets/%ff',
    'app://applicant/assets/link.txt',
    'app://applicant/sounds/',
    'app://applicant/sounds/../outside.txt',
    'app://applicant/constructor/x',
    'app://applicant/__proto__/x',
    'app://elsewhere/',
    'app://applicant:81/assets/app.js',
  ])('refuses %s', async (address) => {
    expect((await get(address)).status).toBe(404);
  });

  it('answers nothing but GET and HEAD', async () => {
    expect((await get('app://applicant/', 'POST')).status).toBe(405);
    const head = await get('app://applicant/', 'HEAD');
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
  });

  it('sends the policy of the window with every page and bundle', async () => {
    for (const address of ['app://applicant/', 'app://applicant/assets/app.js']) {
      const answer = await get(address);
      expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy('applicant'));
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('does not mistake another scheme for its own', () => {
    expect(locate('https://applicant/', { renderers: folder, assets: {} })).toBeNull();
    expect(locate('not an address', { renderers: folder, assets: {} })).toBeNull();
  });
});

describe('the content security policy', () => {
  it('never allows anything inline or evaluated, and WebAssembly to the camera window alone', () => {
    for (const window of ['applicant', 'bench', 'camera', 'technician'] as const) {
      const policy = contentSecurityPolicy(window);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain("'unsafe-inline'");
      expect(policy).not.toContain("'unsafe-eval'");
      expect(policy.includes("'wasm-unsafe-eval'")).toBe(window === 'camera');
      expect(policy).not.toMatch(/https?:|\*/);
    }
  });
});

describe('media types', () => {
  it('are right where Chromium insists on them, and harmless where unknown', () => {
    expect(mediaType('kernels/tfjs.WASM')).toBe('application/wasm');
    expect(mediaType('a.woff2')).toBe('font/woff2');
    expect(mediaType('model.bin')).toBe('application/octet-stream');
  });
});
