/**
 * An opened permit: the application selected, access granted by PACE or BAC, everything after it protected.
 * Reads files in as few commands as the chip allows and opens the chip again, with smaller commands, when it ended the
 * session over one it found too long.
 */
import type { CardConnection } from '../card-reader/interface.ts';
import { fail, ok, type Result } from '../result.ts';
import { type CommandApdu, type ResponseApdu, SW } from './apdu.ts';
import { basicAccessControl } from './basic-access-control.ts';
import { type ChipBounds, plainChannel, transmit } from './chip-channel.ts';
import { type ExtendedLength, extendedLength, readExtendedLength } from './extended-length.ts';
import type { MrzKey } from './mrz.ts';
import { decodePaceInfos, type PaceInfo, passwordAuthenticatedConnection } from './pace.ts';
import { deviceError, type PermitError, permitError, swText } from './permit-error.ts';
import {
  createSecureMessaging,
  type SecureMessaging,
  type SecureMessagingError,
  type SessionKeys,
} from './secure-messaging.ts';
import { concatBytes, decodeTlv, decodeTlvHeader, encodeTlv } from './tlv.ts';

/** An elementary file; `sfi` is its short identifier, null where the standard gives none. */
export interface ChipFile {
  readonly name: string;
  readonly id: number;
  readonly sfi: number | null;
}

export interface PermitSession {
  readonly accessProtocol: 'BAC' | 'PACE';
  /** Whether the chip takes commands and answers longer than 256 bytes. */
  readonly extended: boolean;
  /** Sends a command protected. Errors: those of the connection, `secureMessagingFailed`. */
  send(command: CommandApdu): Promise<Result<ResponseApdu, PermitError>>;
  /**
   * Reads the one data object a file holds, tag and length included. `onBytes` hears of each piece.
   * Errors: `fileNotFound`, `fileCorrupt`, `authenticationFailed` (not allowed), `secureMessagingFailed`, those of the connection.
   */
  readObject(file: ChipFile, onBytes?: OnBytes): Promise<Result<Uint8Array, PermitError>>;
  /** Selects a file by its identifier, protected. Error `fileNotFound`. */
  select(file: ChipFile): Promise<Result<void, PermitError>>;
  /** Reads `length` bytes, or those up to the end, of the selected file. */
  readBinary(offset: number, length: number): Promise<Result<Uint8Array, PermitError>>;
  /** Writes into the selected file. */
  updateBinary(offset: number, data: Uint8Array): Promise<Result<void, PermitError>>;
  /** Goes on with new keys (after Chip Authentication). */
  rekey(keys: SessionKeys): void;
}

export type OnBytes = (received: number, total: number) => void;

/** What is known of a chip after it was opened once on this connection: spares asking again. */
interface ChipProfile {
  readonly pace: readonly PaceInfo[];
  extended: ExtendedLength | null;
  /** Whether READ BINARY may name a file by its short identifier. */
  shortIds: boolean;
  /** Index into the sizes of a read still worth trying. */
  readSize: number;
}

const profiles = new WeakMap<CardConnection, ChipProfile>();

export const PERMIT_APPLICATION = Uint8Array.of(0xa0, 0, 0, 0x02, 0x47, 0x10, 0x01);

/**
 * Opens the permit. Errors: `invalidMedia` (not a permit), `authenticationFailed` (another MRZ),
 * `secureMessagingFailed`, and those of the connection.
 */
export async function openPermit(
  connection: CardConnection,
  key: MrzKey,
  bounds: ChipBounds,
  random: (length: number) => Uint8Array,
): Promise<Result<PermitSession, PermitError>> {
  const plain = plainChannel(connection, bounds);
  let secure: SecureMessaging | null = null;

  const send = async (command: CommandApdu): Promise<Result<ResponseApdu, SendError>> => {
    if (!secure) return plain(command);
    const answer = await transmit(connection, secure.wrap(command), bounds);
    if (!answer.ok) return answer;
    const response = secure.unwrap(answer.value);
    return response.ok ? response : fail({ secureMessaging: response.error });
  };

  const known = profiles.get(connection);
  let profile: ChipProfile;
  if (known) {
    profile = known;
  } else {
    const announced = extendedLength(connection.atr);
    const access = await readCardAccess(plain);
    if (!access.ok) return access;
    const extended = announced === 'askFile' ? await readExtendedLength(plain) : ok(announced);
    if (!extended.ok) return extended;
    profile = { pace: access.value, extended: extended.value, shortIds: true, readSize: 0 };
    profiles.set(connection, profile);
  }

  let inMasterFile = known === undefined;
  const authenticate = async (): Promise<Result<'BAC' | 'PACE', PermitError>> => {
    secure = null;
    const info = profile.pace[0];
    if (info) {
      if (!inMasterFile) {
        const root = await plain({ cla: 0, ins: 0xa4, p1: 0, p2: 0x0c, data: MASTER_FILE, le: null });
        if (!root.ok) return root;
      }
      inMasterFile = false;
      const keys = await passwordAuthenticatedConnection(plain, key, info, random);
      if (keys.ok) {
        secure = createSecureMessaging(keys.value);
        const selected = await send(SELECT_APPLICATION);
        if (!selected.ok) return fail(asPermitError(selected.error));
        return selected.value.sw === SW.ok
          ? ok('PACE')
          : permitError('invalidMedia', 'the chip has no travel document application');
      }
      if (keys.error.code !== 'unsupportedData') return keys;
    }
    const selected = await plain(SELECT_APPLICATION);
    if (!selected.ok) return selected;
    if (selected.value.sw !== SW.ok) {
      return permitError(
        'invalidMedia',
        `the chip has no travel document application (${swText(selected.value.sw)})`,
      );
    }
    const keys = await basicAccessControl(plain, key, random);
    if (!keys.ok) return keys;
    secure = createSecureMessaging(keys.value);
    return ok('BAC');
  };

  const accessProtocol = await authenticate();
  if (!accessProtocol.ok) return accessProtocol;

  const sizes = (): readonly number[] => [
    ...(profile.extended ? [profile.extended.readLength] : []),
    0xdf,
    0xa0,
  ];
  const readSize = (): number => sizes()[profile.readSize] ?? 0xa0;
  const smaller = (): boolean => {
    if (profile.readSize + 1 >= sizes().length) return false;
    profile.readSize++;
    return true;
  };

  /** The file the chip has selected, to be selected again when the session was lost. */
  let current: ChipFile | null = null;

  const reselect = async (file: ChipFile): Promise<Result<void, PermitError>> => {
    if (file.sfi === null || !profile.shortIds) return session.select(file);
    const again = await session.send(readCommand(0, 1, file.sfi));
    return again.ok ? ok(undefined) : again;
  };

  /** One READ BINARY of the current file; a chip that finds it too long is asked for less. */
  const readPiece = async (
    offset: number,
    most: number,
    sfi: number | null,
  ): Promise<Result<ReadPiece, PermitError>> => {
    let exact: number | null = null;
    for (;;) {
      const length = Math.min(exact ?? readSize(), most);
      const answer = await send(readCommand(offset, length, sfi));
      if (answer.ok) {
        const { sw, data } = answer.value;
        if (sw === SW.ok || sw === SW.endOfFile) {
          const piece = offset > MAX_PLAIN_OFFSET ? decodeTlv(data, 0x53) : ok(data);
          if (!piece.ok) return permitError('fileCorrupt', 'the chip answers a read with something else');
          return ok({ data: piece.value, sw });
        }
        if (sw >> 8 === 0x6c && exact === null) {
          exact = sw & 0xff || 256;
          continue;
        }
        if (sw === SW.wrongLength && length > 0xa0 && smaller()) continue;
        return ok({ data: NOTHING, sw });
      }
      if (!('secureMessaging' in answer.error)) return fail(answer.error);
      // the chip dropped the session over a read that was too long for it: open it again and ask for less
      if (answer.error.secureMessaging.code !== 'plainStatus' || length <= 0xa0 || !smaller()) {
        return fail(asPermitError(answer.error));
      }
      const reopened = await authenticate();
      if (!reopened.ok) return reopened;
      if (sfi === null && current) {
        const selected = await reselect(current);
        if (!selected.ok) return selected;
      }
    }
  };

  const session: PermitSession = {
    accessProtocol: accessProtocol.value,
    get extended() {
      return profile.extended !== null;
    },
    async send(command) {
      const answer = await send(command);
      return answer.ok ? ok(answer.value) : fail(asPermitError(answer.error));
    },
    async select(file) {
      const answer = await session.send({ cla: 0, ins: 0xa4, p1: 2, p2: 0x0c, data: fileId(file), le: null });
      if (!answer.ok) return answer;
      if (answer.value.sw !== SW.ok) return statusError(answer.value.sw, file.name);
      current = file;
      return ok(undefined);
    },
    async readObject(file, onBytes) {
      const bySfi = profile.shortIds ? file.sfi : null;
      if (bySfi === null) {
        const selected = await session.select(file);
        if (!selected.ok) return selected;
      }
      current = file;
      let first = await readPiece(0, 65536, bySfi);
      if (bySfi !== null && first.ok && first.value.data.length === 0) {
        // not every chip takes short identifiers, and those that do not say so in different ways
        const selected = await session.select(file);
        if (!selected.ok) return selected;
        first = await readPiece(0, 65536, null);
        if (first.ok && first.value.data.length > 0) profile.shortIds = false;
      }
      if (
        first.ok &&
        first.value.data.length === 0 &&
        first.value.sw !== SW.ok &&
        first.value.sw !== SW.endOfFile
      ) {
        // and some refuse to be asked for more than the file has
        first = await readPiece(0, 4, null);
      }
      if (!first.ok) return first;
      if (first.value.data.length === 0) return statusError(first.value.sw, file.name);
      const header = decodeTlvHeader(first.value.data);
      if (!header.ok) return permitError('fileCorrupt', `${file.name}: ${header.error.message}`);
      const total = header.value.headerLength + header.value.length;
      if (total > MAX_FILE) return permitError('fileCorrupt', `${file.name} says it is longer than any chip`);
      const whole = new Uint8Array(total);
      let received = Math.min(first.value.data.length, total);
      whole.set(first.value.data.subarray(0, received));
      onBytes?.(received, total);
      while (received < total) {
        const piece = await readPiece(received, total - received, null);
        if (!piece.ok) return piece;
        if (piece.value.data.length === 0) {
          return permitError(
            'fileCorrupt',
            `${file.name} ends before its length (${swText(piece.value.sw)})`,
          );
        }
        const part = piece.value.data.subarray(0, total - received);
        whole.set(part, received);
        received += part.length;
        onBytes?.(received, total);
      }
      return ok(whole);
    },
    async readBinary(offset, length) {
      const parts: Uint8Array[] = [];
      let received = 0;
      while (received < length) {
        const piece = await readPiece(offset + received, length - received, null);
        if (!piece.ok) return piece;
        const { data, sw } = piece.value;
        if (data.length === 0 && sw !== SW.endOfFile && sw !== SW.wrongOffset && sw !== SW.ok) {
          return statusError(sw, 'the file');
        }
        if (data.length === 0) break;
        parts.push(data.subarray(0, length - received));
        received += data.length;
        if (sw === SW.endOfFile) break;
      }
      return ok(concatBytes(...parts));
    },
    async updateBinary(offset, data) {
      if (offset > MAX_PLAIN_OFFSET) throw new RangeError('writing behind offset 7FFF');
      for (let at = 0; at < data.length; at += MAX_WRITE) {
        const to = offset + at;
        const part = data.subarray(at, at + MAX_WRITE);
        const answer = await session.send({
          cla: 0,
          ins: 0xd6,
          p1: to >> 8,
          p2: to & 0xff,
          data: part,
          le: null,
        });
        if (!answer.ok) return answer;
        if (answer.value.sw !== SW.ok) return statusError(answer.value.sw, 'the file');
      }
      return ok(undefined);
    },
    rekey(keys) {
      secure = createSecureMessaging(keys);
    },
  };
  return ok(session);
}

interface ReadPiece {
  readonly data: Uint8Array;
  readonly sw: number;
}

type SendError = PermitError | { readonly secureMessaging: SecureMessagingError };

function readCommand(offset: number, length: number, sfi: number | null): CommandApdu {
  if (offset > MAX_PLAIN_OFFSET) {
    // the odd instruction takes the offset as a data object and wraps what it reads in another
    const at =
      offset > 0xffff ? [offset >> 16, (offset >> 8) & 0xff, offset & 0xff] : [offset >> 8, offset & 0xff];
    return {
      cla: 0,
      ins: 0xb1,
      p1: 0,
      p2: 0,
      data: encodeTlv(0x54, Uint8Array.from(at)),
      le: length + (length > 0xff ? 4 : length > 0x7f ? 3 : 2),
    };
  }
  const p1 = sfi === null ? offset >> 8 : 0x80 | sfi;
  return { cla: 0, ins: 0xb0, p1, p2: offset & 0xff, data: NOTHING, le: length };
}

/** EF.CardAccess in plain from the master file; an empty list when the chip offers no PACE we speak. */
async function readCardAccess(
  plain: (command: CommandApdu) => Promise<Result<ResponseApdu, PermitError>>,
): Promise<Result<PaceInfo[], PermitError>> {
  let answer = await plain({ cla: 0, ins: 0xb0, p1: 0x9c, p2: 0, data: NOTHING, le: 256 });
  if (!answer.ok) return answer;
  const { sw } = answer.value;
  if (sw !== SW.ok && sw !== SW.endOfFile && sw !== SW.fileNotFound && sw !== SW.securityStatusNotSatisfied) {
    const selected = await plain({ cla: 0, ins: 0xa4, p1: 2, p2: 0x0c, data: CARD_ACCESS, le: null });
    if (!selected.ok) return selected;
    if (selected.value.sw !== SW.ok) return ok([]);
    answer = await plain({ cla: 0, ins: 0xb0, p1: 0, p2: 0, data: NOTHING, le: 256 });
    if (!answer.ok) return answer;
  }
  if (answer.value.sw !== SW.ok && answer.value.sw !== SW.endOfFile) return ok([]);
  let bytes = answer.value.data;
  const header = decodeTlvHeader(bytes);
  if (!header.ok) return ok([]);
  const total = header.value.headerLength + header.value.length;
  if (total > MAX_CARD_ACCESS) return ok([]);
  while (bytes.length < total) {
    const more = await plain({
      cla: 0,
      ins: 0xb0,
      p1: bytes.length >> 8,
      p2: bytes.length & 0xff,
      data: NOTHING,
      le: Math.min(256, total - bytes.length),
    });
    if (!more.ok) return more;
    if (more.value.data.length === 0) return ok([]);
    bytes = concatBytes(bytes, more.value.data);
  }
  return ok(decodePaceInfos(bytes.subarray(0, total)));
}

function asPermitError(error: SendError): PermitError {
  if (!('secureMessaging' in error)) return error;
  const reason = error.secureMessaging;
  const text =
    reason.code === 'plainStatus'
      ? `the chip ended the protected session (${swText(reason.sw)})`
      : reason.code === 'badMac'
        ? 'the MAC of an answer is wrong'
        : 'a protected answer is malformed';
  return deviceError('secureMessagingFailed', text);
}

function statusError(sw: number, what: string): Result<never, PermitError> {
  switch (sw) {
    case SW.fileNotFound:
      return permitError('fileNotFound', `${what} is not on the chip`);
    case SW.securityStatusNotSatisfied:
      return permitError('authenticationFailed', `the chip does not allow access to ${what}`);
    case SW.notEnoughSpace:
      return permitError('notEnoughSpace', `${what} has no room left`);
    case SW.ok:
    case SW.endOfFile:
      return permitError('fileCorrupt', `${what} is empty`);
    default:
      return permitError('invalidData', `the chip refuses access to ${what} (${swText(sw)})`);
  }
}

const fileId = (file: ChipFile): Uint8Array => Uint8Array.of(file.id >> 8, file.id & 0xff);

const NOTHING = new Uint8Array(0);
const MASTER_FILE = Uint8Array.of(0x3f, 0x00);
const CARD_ACCESS = Uint8Array.of(0x01, 0x1c);
const SELECT_APPLICATION: CommandApdu = {
  cla: 0,
  ins: 0xa4,
  p1: 4,
  p2: 0x0c,
  data: PERMIT_APPLICATION,
  le: null,
};
const MAX_PLAIN_OFFSET = 0x7fff;
/** EF.CardAccess lists a handful of protocols; what is longer is something else. */
const MAX_CARD_ACCESS = 1024;
/** No permit holds more; a longer length is damage. */
const MAX_FILE = 0x40000;
/** Data of one UPDATE BINARY: with protection still a short command for every cipher. */
const MAX_WRITE = 0xc0;
