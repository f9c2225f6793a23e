/**
 * Writes endorsements into the permit's chip. `EndorsementWriter` is what a bureau's own driver implements;
 * `createChipEndorsementWriter` is the one for the layout of `endorsement-file.ts`.
 */
import type { CardConnection } from '../card-reader/interface.ts';
import type { CommandOptions } from '../device.ts';
import { ok, type Result } from '../result.ts';
import { chipBounds } from './chip-channel.ts';
import {
  ENDORSEMENT_HEADER_LENGTH,
  encodeEndorsement,
  encodeEndorsementHeader,
  endorsementRecordOffset,
  type PermitEndorsement,
} from './endorsement-file.ts';
import { readEndorsementFile } from './endorsement-reading.ts';
import type { MrzKey } from './mrz.ts';
import { type PermitError, permitError } from './permit-error.ts';
import { openPermit, type PermitSession } from './permit-session.ts';

export type { PermitEndorsement } from './endorsement-file.ts';

export interface EndorsementWriter {
  /**
   * Writes the endorsements, reads them back and compares. One whose place and case number are on the chip already is
   * not written again, so that repeating after an interruption is safe.
   * Errors: `notEnoughSpace` (the file is full; nothing of this endorsement was written), `verifyFailed` (what was read
   * back differs), `fileNotFound`, `fileCorrupt`, `invalidData` (a field does not fit), `authenticationFailed`,
   * `secureMessagingFailed`, `cardRemoved`, `timeOut`, `canceled`, `hardwareError`.
   */
  write(
    connection: CardConnection,
    key: MrzKey,
    endorsements: readonly PermitEndorsement[],
    options: CommandOptions,
  ): Promise<Result<readonly WrittenEndorsement[], PermitError>>;
  /** The endorsements on the chip now: what recovery asks after a power cut. */
  read(
    connection: CardConnection,
    key: MrzKey,
    place: PermitEndorsement['place'],
    options: CommandOptions,
  ): Promise<Result<readonly PermitEndorsement[], PermitError>>;
}

export interface WrittenEndorsement {
  readonly endorsement: PermitEndorsement;
  /** `present`: it was there before. */
  readonly outcome: 'written' | 'present';
}

export function createChipEndorsementWriter(random: (length: number) => Uint8Array): EndorsementWriter {
  return {
    async write(connection, key, endorsements, options) {
      const session = await openPermit(connection, key, chipBounds(options), random);
      if (!session.ok) return session;
      const written: WrittenEndorsement[] = [];
      for (const endorsement of endorsements) {
        const outcome = await writeOne(session.value, endorsement);
        if (!outcome.ok) return outcome;
        written.push({ endorsement, outcome: outcome.value });
      }
      return ok(written);
    },
    async read(connection, key, place, options) {
      const session = await openPermit(connection, key, chipBounds(options), random);
      if (!session.ok) return session;
      const file = await readEndorsementFile(session.value, place);
      return file.ok ? ok(file.value.endorsements) : file;
    },
  };
}

async function writeOne(
  session: PermitSession,
  endorsement: PermitEndorsement,
): Promise<Result<WrittenEndorsement['outcome'], PermitError>> {
  const record = encodeEndorsement(endorsement);
  if (!record.ok)
    return permitError('invalidData', `the endorsement does not fit the chip: ${record.error.message}`);
  const file = await readEndorsementFile(session, endorsement.place);
  if (!file.ok) return file;
  const same = file.value.endorsements.find(({ caseNumber }) => caseNumber === endorsement.caseNumber);
  if (same) {
    const there = encodeEndorsement({ ...same, used: endorsement.used });
    return there.ok && Buffer.compare(there.value, record.value) === 0
      ? ok('present')
      : permitError('verifyFailed', 'the chip holds another endorsement under this case number');
  }
  const { capacity, count } = file.value;
  if (count >= capacity) return permitError('notEnoughSpace', 'the endorsement file is full');
  const stored = await writeAndCompare(session, endorsementRecordOffset(count), record.value);
  if (!stored.ok) return stored;
  const header = encodeEndorsementHeader({ capacity, count: count + 1 });
  const counted = await writeAndCompare(session, 0, header.subarray(0, ENDORSEMENT_HEADER_LENGTH));
  return counted.ok ? ok('written') : counted;
}

async function writeAndCompare(
  session: PermitSession,
  offset: number,
  data: Uint8Array,
): Promise<Result<void, PermitError>> {
  const written = await session.updateBinary(offset, data);
  if (!written.ok) return written;
  const back = await session.readBinary(offset, data.length);
  if (!back.ok) return back;
  return Buffer.compare(back.value, data) === 0
    ? ok(undefined)
    : permitError('verifyFailed', 'the chip gives back other bytes than were written');
}
