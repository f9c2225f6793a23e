/** Reads the endorsement files (layout: `endorsement-file.ts`) of an opened permit. */
import { ok, type Result } from '../result.ts';
import {
  decodeEndorsementFile,
  decodeEndorsementHeader,
  ENDORSEMENT_FILE_ID,
  ENDORSEMENT_PLACES,
  type EndorsementFileHeader,
  type EndorsementPlace,
  endorsementFileLength,
  type PermitEndorsement,
} from './endorsement-file.ts';
import { type PermitError, permitError } from './permit-error.ts';
import type { ChipFile, PermitSession } from './permit-session.ts';

export interface EndorsementFile extends EndorsementFileHeader {
  readonly endorsements: readonly PermitEndorsement[];
}

export const endorsementFile = (place: EndorsementPlace): ChipFile => ({
  name: `the endorsement file of ${place}`,
  id: ENDORSEMENT_FILE_ID[place],
  sfi: null,
});

/** All endorsements of every place; a chip without the files has none. Error `fileCorrupt`, those of the session. */
export async function readEndorsements(
  session: PermitSession,
): Promise<Result<PermitEndorsement[], PermitError>> {
  const all: PermitEndorsement[] = [];
  for (const place of ENDORSEMENT_PLACES) {
    const file = await readEndorsementFile(session, place);
    if (file.ok) all.push(...file.value.endorsements);
    else if (file.error.code !== 'fileNotFound') return file;
  }
  return ok(all);
}

/** Selects and reads the file of one place; it stays selected. Error `fileNotFound`, `fileCorrupt`, those of the session. */
export async function readEndorsementFile(
  session: PermitSession,
  place: EndorsementPlace,
): Promise<Result<EndorsementFile, PermitError>> {
  const selected = await session.select(endorsementFile(place));
  if (!selected.ok) return selected;
  const start = await session.readBinary(0, endorsementFileLength(1));
  if (!start.ok) return start;
  const header = decodeEndorsementHeader(start.value);
  if (!header.ok) return permitError('fileCorrupt', header.error.message);
  const used = endorsementFileLength(header.value.count);
  const rest =
    used > start.value.length
      ? await session.readBinary(start.value.length, used - start.value.length)
      : null;
  if (rest && !rest.ok) return rest;
  const endorsements = decodeEndorsementFile(
    place,
    Buffer.concat([start.value, rest?.value ?? new Uint8Array(0)]),
  );
  if (!endorsements.ok) return permitError('fileCorrupt', endorsements.error.message);
  return ok({ ...header.value, endorsements: endorsements.value });
}
