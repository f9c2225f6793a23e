/**
 * The master key in a file beside the journal: 32 bytes, readable by its owner only (0600). Whoever has both
 * files can read what is sealed, so a backup of the journal must not contain the key. In Electron the same port
 * can stand on `safeStorage`, on a terminal with a security module on that.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { fail, ok } from '../../devices/result.ts';
import type { KeyStore, KeyStoreError } from './journal.ts';

export const masterKeyLength = 32;

export function fileKeyStore(path: string): KeyStore {
  return {
    load() {
      let file: number;
      try {
        file = openSync(path, 'r');
      } catch (cause) {
        if (codeOf(cause) === 'ENOENT') return ok(null);
        return refuse('unreadable', `The key file ${path} cannot be read (${codeOf(cause)}).`);
      }
      try {
        // Windows has no permission bits worth the name; there the folder's access list has to do it.
        if (process.platform !== 'win32' && (fstatSync(file).mode & 0o077) !== 0) {
          return refuse('tooOpen', `The key file ${path} can be read by others; its mode must be 0600.`);
        }
        const key = readFileSync(file);
        if (key.length !== masterKeyLength) {
          return refuse(
            'wrongLength',
            `The key file ${path} has ${key.length} bytes instead of ${masterKeyLength}.`,
          );
        }
        return ok(new Uint8Array(key));
      } catch (cause) {
        return refuse('unreadable', `The key file ${path} cannot be read (${codeOf(cause)}).`);
      } finally {
        closeSync(file);
      }
    },
    create(random) {
      const key = random(masterKeyLength);
      try {
        const file = openSync(path, 'wx', 0o600);
        try {
          writeSync(file, key);
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        return ok(key);
      } catch (cause) {
        return refuse('unwritable', `The key file ${path} cannot be written (${codeOf(cause)}).`);
      }
    },
  };
}

const refuse = (code: KeyStoreError['code'], message: string) => fail<KeyStoreError>({ code, message });

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
}
