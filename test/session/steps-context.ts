/** A session's context without hardware, for tests of the runner itself: real journal and screen, no devices. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../main/config/load-config.ts';
import { shippedProfiles } from '../../main/config/profiles.ts';
import type { TerminalConfig } from '../../main/config/schema.ts';
import simulation from '../../main/config/simulation.json' with { type: 'json' };
import type { Journal } from '../../main/journal/journal.ts';
import { fileKeyStore } from '../../main/journal/key-store.ts';
import { openJournal } from '../../main/journal/open.ts';
import type { Clock } from '../../main/session/clock.ts';

/** The configuration shipped for simulation, with parts of it changed. */
export function simulationConfig(change: object = {}): TerminalConfig {
  const config = loadConfig(JSON.stringify({ ...simulation, ...change }), shippedProfiles);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value;
}

/** A journal in a folder of its own. */
export function temporaryJournal(clock: Clock): {
  readonly journal: Journal;
  readonly folder: string;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  const journal = openJournal(join(folder, 'journal.db'), {
    clock,
    random: (length) => randomBytes(length),
    keyStore: fileKeyStore(join(folder, 'master.key')),
    slipPrefix: 'Q',
  });
  if (!journal.ok) throw new Error(journal.error.message);
  return {
    journal: journal.value,
    folder,
    remove() {
      journal.value.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const newId = () => randomUUID();
