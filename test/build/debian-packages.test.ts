/** The Debian side of set-up, against commands of its own names that say what a machine would say. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installDebianPackages, missingDebianPackages } from '../../build/setup/debian-packages.mjs';

let folder: string;
const realPath = process.env.PATH;

/** Puts a shell script in the way of a system command. */
async function command(name: string, script: string): Promise<void> {
  const file = path.join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

const everythingBut = (absent: readonly string[]) =>
  `for p in ${installedOnDebian13.filter((name) => !absent.includes(name)).join(' ')}; do echo "$p installed"; done
echo "libremoved1 not-installed"`;

const installedOnDebian13 = [
  'libnss3 libnspr4 libglib2.0-0t64 libgtk-3-0t64 libgbm1 libasound2t64 libatk1.0-0t64 libatk-bridge2.0-0t64',
  'libatspi2.0-0t64 libdrm2 libxkbcommon0 libcups2t64 libdbus-1-3 libexpat1 libudev1 libx11-6 libxcb1',
  'libxcomposite1 libxdamage1 libxext6 libxfixes3 libxrandr2 libcairo2 libpango-1.0-0 fontconfig',
  'xvfb pcscd libpcsclite1 vsmartcard-vpcd socat',
]
  .join(' ')
  .split(' ');

/** Knows a package when it is among the given ones. */
const policyKnows = (known: readonly string[]) =>
  `shift; for p in "$@"; do case " ${known.join(' ')} " in *" $p "*) echo "$p:"; echo "  Candidate: 1.0";; esac; done`;

let said: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'debian-'));
  process.env.PATH = `${folder}:/usr/bin:/bin`;
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  process.env.PATH = realPath;
  await rm(folder, { recursive: true, force: true });
});

const asRoot = (root: boolean) => vi.spyOn(process, 'getuid').mockReturnValue(root ? 0 : 1000);

describe('Debian packages', () => {
  it('that are there are left alone', async () => {
    await command('dpkg-query', everythingBut([]));
    expect(await missingDebianPackages()).toEqual([]);
    expect(await installDebianPackages()).toBe('nothing-to-do');
  });

  it('are asked for by the name this release knows: before the 64-bit time transition', async () => {
    await command('dpkg-query', everythingBut(['libgtk-3-0t64', 'libcups2t64', 'xvfb']));
    await command('apt-cache', policyKnows(['libgtk-3-0', 'libcups2', 'xvfb']));
    expect(await missingDebianPackages()).toEqual(['libgtk-3-0', 'libcups2', 'xvfb']);
  });

  it('and after it, where the old name is only a virtual package', async () => {
    await command('dpkg-query', everythingBut(['libgtk-3-0t64', 'libasound2t64']));
    await command('apt-cache', policyKnows(['libgtk-3-0t64', 'libasound2t64']));
    expect(await missingDebianPackages()).toEqual(['libgtk-3-0t64', 'libasound2t64']);
  });

  it('are installed by root, the lists first', async () => {
    asRoot(true);
    await command('dpkg-query', everythingBut(['pcscd', 'socat']));
    await command('apt-cache', policyKnows(['pcscd', 'socat']));
    await command('apt-get', `echo "$DEBIAN_FRONTEND $*" >> ${folder}/calls`);
    expect(await installDebianPackages()).toBe('installed');
    const calls = (await readFile(path.join(folder, 'calls'), 'utf8')).trim().split('\n');
    expect(calls[0]).toMatch(/^noninteractive .*update/);
    expect(calls[1]).toMatch(/^noninteractive .*install -y .*--no-install-recommends pcscd socat$/);
  });

  it('are installed through sudo where it asks for no password', async () => {
    asRoot(false);
    await command('dpkg-query', everythingBut(['socat']));
    await command('apt-cache', policyKnows(['socat']));
    await command('sudo', `shift; "$@"`);
    await command('apt-get', `echo "$*" >> ${folder}/calls`);
    expect(await installDebianPackages()).toBe('installed');
    expect(await readFile(path.join(folder, 'calls'), 'utf8')).toContain('install -y');
  });

  it('are named in the exact command where this account may not install them', async () => {
    asRoot(false);
    await command('dpkg-query', everythingBut(['pcscd', 'vsmartcard-vpcd']));
    await command('apt-cache', policyKnows(['pcscd', 'vsmartcard-vpcd']));
    await command('sudo', 'exit 1');
    await command('apt-get', `echo called >> ${folder}/calls`);
    expect(await installDebianPackages()).toBe('not-allowed');
    expect(said).toContain(
      'sudo apt-get update && sudo apt-get install -y --no-install-recommends pcscd vsmartcard-vpcd',
    );
    await expect(readFile(path.join(folder, 'calls'))).rejects.toThrow();
  });

  it('that could not be installed are reported with the command to repeat', async () => {
    asRoot(true);
    await command('dpkg-query', everythingBut(['socat']));
    await command('apt-cache', policyKnows(['socat']));
    await command('apt-get', 'exit 100');
    expect(await installDebianPackages()).toBe('failed');
    expect(said).toContain('exit code 100');
    expect(said).toContain('sudo apt-get install -y --no-install-recommends socat');
  });

  it('are nobody’s business on another system', async () => {
    await command('dpkg-query', 'exit 127');
    expect(await missingDebianPackages()).toBeUndefined();
    expect(await installDebianPackages()).toBe('not-debian');
  });
});
