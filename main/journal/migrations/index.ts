/**
 * Changes of the journal's schema, in order. The file says in `PRAGMA user_version` how many it has had. One that
 * has been in service is never edited; a further change is a further file.
 */
import { sql as entries } from './0001-entries.ts';
import { sql as outbox } from './0002-outbox.ts';
import { sql as slipNumbers } from './0003-slip-numbers.ts';

/** `migrations[n]` takes a file from version n to n + 1. */
export const migrations: readonly string[] = [entries, outbox, slipNumbers];

export const schemaVersion = migrations.length;
