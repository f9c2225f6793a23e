/** What a page of the terminal cannot do, tried from inside the page in a real Electron. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compile } from '../../build/launch/compile.mjs';
import { launchTerminal, type RunningTerminal } from './launch.ts';

interface Reported {
  readonly event: string;
  readonly [detail: string]: unknown;
}

let terminal: RunningTerminal;
let page: Page;
let output = '';

const reported = (event: string): Reported[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{"event"'))
    .map((line) => JSON.parse(line))
    .filter((entry: Reported) => entry.event === event);

const waitForReport = (event: string, details: object) =>
  vi.waitFor(() => expect(reported(event)).toContainEqual(expect.objectContaining(details)), {
    timeout: 15_000,
  });

beforeAll(async () => {
  await compile();
  terminal = await launchTerminal({
    args: ['--no-bench'],
    // A camera there is, so that only the permission can be what is missing.
    switches: ['--use-fake-device-for-media-stream'],
    onOutput: (text) => {
      output += text;
    },
  });
  page = await terminal.page('applicant');
  // The hidden window opens last; no test may take it for one that a page has opened.
  await terminal.page('camera');
  await page.waitForFunction(() => document.body.textContent?.trim() !== '');
});

afterAll(async () => {
  await terminal?.stop();
});

describe('the applicant window', () => {
  it('is a page of app:// that has shown its first view', async () => {
    expect(page.url()).toBe('app://applicant/');
    expect(await page.evaluate(() => window.isSecureContext)).toBe(true);
    expect(await page.evaluate(() => document.body.textContent)).not.toBe('');
  });

  it('is sandboxed, isolated and has no Node', async () => {
    // The debugger's answer may be lost while further windows are still opening.
    const preferences = await vi.waitFor(() =>
      terminal.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map(
          (
            window, // Not in Electron's types, though it is what Electron's own checks read.
          ) => Reflect.get(window.webContents, 'getLastWebPreferences').call(window.webContents),
        ),
      ),
    );
    expect(preferences.length).toBeGreaterThan(0);
    for (const each of preferences) {
      expect(each).toMatchObject({
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
      });
    }
    expect(
      await page.evaluate(() => ['require', 'process', 'module', 'Buffer'].filter((name) => name in window)),
    ).toEqual([]);
  });

  it('reaches main by exactly the agreed functions', async () => {
    const reach = await page.evaluate(() => Object.keys(Reflect.get(window, 'terminal')).sort());
    expect(reach).toEqual(['onPreview', 'onScreenful', 'painted', 'send']);
  });

  it('runs no inline script and evaluates nothing', async () => {
    const tried = await page.evaluate(async () => {
      const blocked = new Promise<string>((resolve) =>
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
          once: true,
        }),
      );
      const script = document.createElement('script');
      script.textContent = 'window.inlineRan = true';
      document.body.append(script);
      const directive = await blocked;
      script.remove();
      const evaluate = (run: () => unknown) => {
        try {
          return String(run());
        } catch (error) {
          return error instanceof Error ? error.name : 'thrown';
        }
      };
      return {
        inline: 'inlineRan' in window,
        directive,
        // biome-ignore lint/security/noGlobalEval: it is what must not work
        eval: evaluate(() => window.eval('1 + 1')),
        function: evaluate(() => new Function('return 1')()),
        wasm: await WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])).then(
          () => 'compiled',
          (error: Error) => error.name,
        ),
      };
    });
    expect(tried).toEqual({
      inline: false,
      directive: 'script-src-elem',
      eval: 'EvalError',
      function: 'EvalError',
      wasm: 'CompileError',
    });
  });

  it('fetches nothing from elsewhere, nor from another window', async () => {
    const fetched = await page.evaluate(() =>
      Promise.all(
        ['https://example.com/', 'http://127.0.0.1:9/', 'app://camera/', 'file:///etc/passwd'].map(
          (address) =>
            fetch(address).then(
              () => 'answered',
              () => 'refused',
            ),
        ),
      ),
    );
    expect(fetched).toEqual(['refused', 'refused', 'refused', 'refused']);
  });

  it('gets nothing from outside the served folders', async () => {
    const answers = await page.evaluate(() =>
      Promise.all(
        [
          '/assets/../../main/index.js',
          '/assets/%2e%2e/%2e%2e/main/index.js',
          '/assets/..%2f..%2fmain/index.js',
          '/assets/..%5c..%5cmain/index.js',
          '/main/index.js',
          '/package.json',
          '/bench/index.html',
          '/assets/',
        ].map((address) => fetch(address).then(({ status }) => status)),
      ),
    );
    expect(answers).toEqual([404, 404, 404, 404, 404, 404, 404, 404]);
  });

  it('cannot be led to another page', async () => {
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'https://example.com/';
      document.body.append(link);
      link.click();
      link.remove();
    });
    await waitForReport('refusedAct', { act: 'navigation', window: 'applicant', what: 'https:' });
    expect(page.url()).toBe('app://applicant/');
  });

  it('cannot open another window', async () => {
    const before = terminal.app.windows().length;
    expect(await page.evaluate(() => window.open('app://applicant/') === null)).toBe(true);
    await waitForReport('refusedAct', { act: 'newWindow', window: 'applicant' });
    expect(terminal.app.windows()).toHaveLength(before);
  });

  it('gets neither camera nor microphone nor any other permission', async () => {
    const answers = await page.evaluate(async () => {
      const name = (error: unknown) => (error instanceof Error ? error.name : String(error));
      return {
        camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'granted', name),
        microphone: await navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'granted', name),
        notifications: await Notification.requestPermission(),
        clipboard: await navigator.clipboard.readText().then(() => 'granted', name),
      };
    });
    expect(answers).toEqual({
      camera: 'NotAllowedError',
      microphone: 'NotAllowedError',
      notifications: 'denied',
      clipboard: 'NotAllowedError',
    });
    await waitForReport('refusedAct', { act: 'permission', window: 'applicant', what: 'media' });
  });

  it('cannot save a file', async () => {
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob(['x']));
      link.download = 'x.txt';
      link.click();
    });
    await waitForReport('refusedAct', { act: 'download', window: 'applicant' });
  });

  it('does not obey the browser’s keys', async () => {
    await page.evaluate(() => Reflect.set(window, 'stillTheSamePage', true));
    await terminal.app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows().find(
        (each) => each.webContents.getURL() === 'app://applicant/',
      );
      const press = (keyCode: string, modifiers: ('control' | 'shift' | 'alt')[] = []) =>
        window?.webContents.sendInputEvent({ type: 'keyDown', keyCode, modifiers });
      press('F11');
      press('r', ['control']);
      press('i', ['control', 'shift']);
      press('=', ['control']);
      press('w', ['control']);
      press('F4', ['alt']);
      press('F5');
    });
    await waitForReport('refusedAct', { act: 'input', what: 'F5' });
    expect(await page.evaluate(() => Reflect.get(window, 'stillTheSamePage'))).toBe(true);
    expect(await page.evaluate(() => window.devicePixelRatio)).toBe(1);
  });
});

describe('messages from the applicant window', () => {
  it.each([
    ['of no known type', { type: 'openDoor' }, 'type'],
    ['with a value out of bounds', { type: 'rate', viewId: 1, score: 99 }, 'score'],
    ['with something added', { type: 'leave', extra: true }, ''],
    ['that are no object', 'leave', ''],
    ['far too long', { type: 'mrzTyped', viewId: 1, line: 'A'.repeat(100_000) }, 'line'],
  ])('%s are refused', async (_what, message, at) => {
    const before = reported('refusedMessage').length;
    await page.evaluate((sent) => Reflect.get(window, 'terminal').send(sent), message);
    await vi.waitFor(() => expect(reported('refusedMessage').length).toBe(before + 1), { timeout: 15_000 });
    expect(reported('refusedMessage').at(-1)).toMatchObject({
      window: 'applicant',
      channel: 'applicant:event',
      reason: 'wrongShape',
      at,
    });
  });

  it('are refused once the window shows another page', async () => {
    const before = reported('refusedMessage').length;
    // Main itself moves the page, as no page can; the preload script of the new page then speaks up.
    const id = await terminal.app.evaluate(async ({ BrowserWindow }) => {
      const applicant = BrowserWindow.getAllWindows().find((window) =>
        window.webContents.getURL().startsWith('app://applicant/'),
      );
      await applicant?.loadURL('data:text/html,<p>elsewhere');
      return applicant?.id ?? 0;
    });
    await vi.waitFor(() => expect(reported('refusedMessage').length).toBeGreaterThan(before), {
      timeout: 15_000,
    });
    expect(reported('refusedMessage').at(-1)).toMatchObject({ window: 'applicant', reason: 'foreignSender' });
    const painted = reported('painted').length;
    // A load begun while the other page is still settling may be cut off; main then simply loads again.
    await vi.waitFor(
      () =>
        terminal.app.evaluate(
          ({ BrowserWindow }, windowId) => BrowserWindow.fromId(windowId)?.loadURL('app://applicant/'),
          id,
        ),
      { timeout: 15_000 },
    );
    await vi.waitFor(() => expect(reported('painted').length).toBeGreaterThan(painted), { timeout: 15_000 });
  });
});

describe('a renderer that dies', () => {
  it('is loaded again and shows the same view', async () => {
    const shownBefore = reported('painted').at(-1)?.viewId;
    const paintedBefore = reported('painted').length;
    const renderer = await terminal.app.evaluate(
      ({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()
          .find((window) => window.webContents.getURL().startsWith('app://applicant/'))
          ?.webContents.getOSProcessId() ?? 0,
    );
    expect(renderer).toBeGreaterThan(1);
    process.kill(renderer, 'SIGKILL');
    await waitForReport('rendererIncident', { window: 'applicant', kind: 'gone' });
    await vi.waitFor(() => expect(reported('painted').length).toBeGreaterThan(paintedBefore), {
      timeout: 15_000,
    });
    expect(reported('painted').at(-1)?.viewId).toBe(shownBefore);
    const text = await terminal.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().startsWith('app://applicant/'))
        ?.webContents.executeJavaScript('document.body.textContent'),
    );
    expect(text).not.toBe('');
  });
});
