/**
 * What a virtual machine holds, kept in a file: a power cut of the terminal does not move cards or wipe chips, so a
 * start after one finds the card where it was, with everything that had been written to it and printed on it.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../devices/result.ts';
import { type CardUnit, type CardUnitOptions, createCardUnit, type VirtualCard } from './card-unit.ts';
import { createVirtualPermit, type PermitEnvironment } from './permit/permit-card.ts';
import type { PermitFault, PermitSpec } from './permit/permit-spec.ts';
import type { PermitState } from './permit/virtual-permit.ts';

const BYTES = '$base64';

/**
 * Writes the unit to `path` now and after every change, whole and at once (a new file renamed over the old one),
 * before the change is answered. Answers how to stop.
 */
export function keepCardUnit(unit: CardUnit, path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  const save = (): void => {
    writeFileSync(`${path}.new`, JSON.stringify(snapshot(unit), bytesAsText), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  save();
  return unit.onChange(save);
}

/** The unit as kept in `path`, empty when nothing was kept. The error says that the file is not what this wrote. */
export function restoreCardUnit(
  path: string,
  binCapacity: number,
  environment?: PermitEnvironment,
): Result<CardUnit, string> {
  if (!existsSync(path)) return ok(createCardUnit({ binCapacity }));
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'), textAsBytes);
  } catch {
    return fail(`${path} is not a kept card unit`);
  }
  const kept = keptUnitSchema.safeParse(json);
  if (!kept.success) return fail(`${path} is not a kept card unit: ${z.prettifyError(kept.error)}`);
  const { position, card, retained } = kept.data;
  const revive = (keptCard: z.infer<typeof keptCardSchema>): VirtualCard => {
    const permit = createVirtualPermit(afterRestart(keptCard.spec), environment, keptCard.state);
    return { permit, backImage: keptCard.backImage, printedMrz: permit.printedMrz };
  };
  const initially: CardUnitOptions['initially'] = {
    position,
    card: card === null ? null : revive(card),
    retained: retained.map(revive),
  };
  return ok(createCardUnit({ binCapacity, initially }));
}

/** Forgets what was kept. */
export function forgetCardUnit(path: string): void {
  rmSync(path, { force: true });
}

function snapshot(unit: CardUnit): unknown {
  const cardOf = ({ permit, backImage }: VirtualCard): unknown => ({
    spec: permit.spec,
    state: permit.state(),
    backImage,
  });
  const card = unit.card();
  return {
    position: unit.position(),
    card: card === null ? null : cardOf(card),
    retained: unit.retained().map(cardOf),
  };
}

/** Faults that strike at a counted moment belonged to the run that was cut off. */
function afterRestart(spec: PermitSpec): PermitSpec {
  const counted: PermitFault['type'][] = ['pulled', 'wrongMac', 'removedAfterWrite'];
  return { ...spec, faults: spec.faults.filter((fault) => !counted.includes(fault.type)) };
}

/** Looks at the holder's own value: a Buffer has already turned itself into JSON by the time it is handed over. */
function bytesAsText(this: unknown, key: string, value: unknown): unknown {
  const original = typeof this === 'object' && this !== null ? Reflect.get(this, key) : value;
  return original instanceof Uint8Array ? { [BYTES]: Buffer.from(original).toString('base64') } : value;
}

function textAsBytes(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !(BYTES in value)) return value;
  return new Uint8Array(Buffer.from(String(value[BYTES]), 'base64'));
}

const bytes = z.instanceof(Uint8Array);
const files = z.array(
  z.object({
    fileId: z.int(),
    content: bytes,
    read: z.enum(['always', 'afterAccess']),
    writable: z.boolean(),
  }),
);
const cipher = z.enum(['desEde2', 'aes128', 'aes192', 'aes256']);
const keptSpecSchema: z.ZodType<PermitSpec> = z.object({
  mrzInformation: z.string(),
  printedMrz: z.string(),
  masterFiles: files,
  applicationFiles: files,
  basicAccess: z.boolean(),
  pace: z.object({ parameterId: z.literal([12, 13, 15]), cipher }).nullable(),
  activeAuthentication: z.object({ algorithm: z.enum(['ecdsa', 'rsa']), privateKey: bytes }).nullable(),
  chipAuthentication: z.object({ cipher, privateKey: bytes }).nullable(),
  extendedLength: z.object({ maxCommand: z.int(), maxResponse: z.int() }).nullable(),
  readLimit: z.object({ bytes: z.int(), beyond: z.enum(['refuse', 'truncate']) }).nullable(),
  endOfFile: z.enum(['warning', 'silent']),
  faults: z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.enum(['mute', 'writeCorrupts']) }),
      z.object({ type: z.literal('slow'), msPerApdu: z.number() }),
      z.object({ type: z.literal('pulled'), atApdu: z.int() }),
      z.object({ type: z.literal('wrongMac'), inResponse: z.int() }),
      z.object({ type: z.literal('removedAfterWrite'), writes: z.int() }),
    ]),
  ),
});
const keptStateSchema: z.ZodType<PermitState> = z.object({
  files: z.array(z.object({ fileId: z.int(), content: bytes })),
});
const keptCardSchema = z.object({
  spec: keptSpecSchema,
  state: keptStateSchema,
  backImage: bytes.nullable(),
});
const keptUnitSchema = z.object({
  position: z.enum(['absent', 'atSlot', 'inside', 'retained']),
  card: keptCardSchema.nullable(),
  retained: z.array(keptCardSchema),
});
