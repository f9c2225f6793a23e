/**
 * The chip itself: files, security status and commands of an LDS card (ISO/IEC 7816-4, ICAO Doc 9303-10 and -11),
 * byte for byte.
 */
import { randomBytes } from 'node:crypto';
import {
  type CommandApdu,
  decodeCommand,
  encodeResponse,
  type ResponseApdu,
  SW,
} from '../../devices/permit/apdu.ts';
import { decodeTlv, decodeTlvs, encodeTlv } from '../../devices/permit/tlv.ts';
import { contactlessAtr } from './answer-to-reset.ts';
import { authenticateMutually } from './basic-access-responder.ts';
import { agreeWithTerminal, signChallenge } from './chip-genuineness.ts';
import { CIPHER_ARC } from './chip-keys.ts';
import { oidBytes } from './der.ts';
import { OID } from './object-identifiers.ts';
import { createPaceResponder, type PaceResponder, paceOid, pacePasswordOfMrz } from './pace-responder.ts';
import type { ElementaryFile, PermitSpec } from './permit-spec.ts';
import type { SecureChannel } from './secure-channel.ts';
import { CardPulled, type PermitEvent, type PermitState, type VirtualPermit } from './virtual-permit.ts';

/** What the card needs from outside. */
export interface PermitEnvironment {
  random(length: number): Uint8Array;
  delay(ms: number): Promise<void>;
}

export const systemEnvironment: PermitEnvironment = {
  random: (length) => new Uint8Array(randomBytes(length)),
  delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

const APPLICATION_ID = Uint8Array.of(0xa0, 0, 0, 0x02, 0x47, 0x10, 0x01);
const NOTHING = new Uint8Array(0);
const SHORT_LIMIT = 256;

const status = (sw: number): ResponseApdu => ({ data: NOTHING, sw });
const success = (data: Uint8Array = NOTHING): ResponseApdu => ({ data, sw: SW.ok });

/** A chip that has just been made; `earlier` puts back what had been written to it. */
export function createVirtualPermit(
  spec: PermitSpec,
  environment: PermitEnvironment = systemEnvironment,
  earlier?: PermitState,
): VirtualPermit {
  const masterFiles = fileSystem(spec.masterFiles);
  const applicationFiles = fileSystem(spec.applicationFiles);
  for (const { fileId, content } of earlier?.files ?? []) applicationFiles.get(fileId)?.content.set(content);

  const listeners = new Set<(event: PermitEvent) => void>();
  const mute = spec.faults.some((fault) => fault.type === 'mute');
  let commandCount = 0;
  let protectedCount = 0;
  let writeCount = 0;
  let gone = false;

  // volatile: lost with power
  let directory: 'master' | 'application' = 'master';
  let selected: CardFile | null = null;
  let channel: SecureChannel | null = null;
  let access = false;
  let usedPace = false;
  let challenge: Uint8Array | null = null;
  let pace: PaceResponder | null = null;
  let chipAuthenticationChosen = false;
  let nextChannel: SecureChannel | null = null;

  const announce = (event: PermitEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };

  const pull = (): void => {
    gone = true;
    announce({ type: 'pulled' });
  };

  const dropAccess = (): void => {
    channel = null;
    access = false;
    chipAuthenticationChosen = false;
  };

  function powerOn(): void {
    directory = 'master';
    selected = null;
    usedPace = false;
    challenge = null;
    pace = null;
    nextChannel = null;
    dropAccess();
  }

  function answer(bytes: Uint8Array): Uint8Array {
    const decoded = decodeCommand(bytes);
    if (!decoded.ok) return encodeResponse(status(SW.wrongLength));
    const received = decoded.value;
    const { extended } = received;
    if (extended && (spec.extendedLength === null || bytes.length > spec.extendedLength.maxCommand)) {
      return encodeResponse(status(SW.wrongLength));
    }
    const limit = extended ? (spec.extendedLength?.maxResponse ?? SHORT_LIMIT) - 2 : SHORT_LIMIT;

    if ((received.cla & 0x0c) !== 0x0c) {
      dropAccess(); // a plain command ends the session (9303-11 §9.8.3)
      return encodeResponse(execute(received, limit));
    }
    if (channel === null) return encodeResponse(status(SW.secureMessagingNotSupported));
    const opened = channel.open(received);
    if ('sw' in opened) {
      dropAccess();
      return encodeResponse(status(opened.sw));
    }
    const current = channel;
    const response = execute(opened.command, current.capacity(limit));
    protectedCount++;
    const disturbed = spec.faults.some(
      (fault) => fault.type === 'wrongMac' && fault.inResponse === protectedCount,
    );
    const sealed = current.protect(response, (opened.command.ins & 1) === 1, disturbed);
    if (nextChannel !== null) {
      channel = nextChannel;
      nextChannel = null;
    }
    return sealed;
  }

  function execute(command: CommandApdu, limit: number): ResponseApdu {
    const chained = command.cla === 0x10 && command.ins === 0x86;
    if (command.cla !== 0 && !chained) return status(SW.classNotSupported);
    const freshChallenge = challenge;
    challenge = null; // good for the very next command only
    switch (command.ins) {
      case 0xa4:
        return select(command);
      case 0xb0:
        return readBinary(command, limit);
      case 0xb1:
        return readBinaryOdd(command, limit);
      case 0xd6:
        return updateBinary(command);
      case 0x84:
        return getChallenge(command);
      case 0x82:
        return externalAuthenticate(command, freshChallenge);
      case 0x22:
        return manageSecurityEnvironment(command);
      case 0x86:
        return generalAuthenticate(command);
      case 0x88:
        return internalAuthenticate(command, limit);
      default:
        return status(SW.instructionNotSupported);
    }
  }

  function select({ p1, p2, data }: CommandApdu): ResponseApdu {
    if (p2 !== 0x0c && p2 !== 0x00) return status(SW.wrongParameters);
    if (p1 === 0x04) {
      if (!Buffer.from(data).equals(APPLICATION_ID)) return status(SW.fileNotFound);
      directory = 'application';
      selected = null;
      return success();
    }
    if (p1 !== 0x00 && p1 !== 0x02) return status(SW.wrongParameters);
    if (data.length === 0 && p1 === 0x00) return selectMaster();
    if (data.length !== 2) return status(SW.wrongLength);
    const fileId = (data[0] ?? 0) * 256 + (data[1] ?? 0);
    if (fileId === 0x3f00) return selectMaster();
    const found = find(fileId);
    if ('sw' in found) return found;
    selected = found;
    return success();
  }

  function selectMaster(): ResponseApdu {
    directory = 'master';
    selected = null;
    return success();
  }

  /** A file of the current directory the terminal may read now; without access it may not even learn what exists. */
  function find(fileId: number): CardFile | ResponseApdu {
    const file = (directory === 'master' ? masterFiles : applicationFiles).get(fileId);
    if (directory === 'application' && !access && file?.read !== 'always') {
      return status(SW.securityStatusNotSatisfied);
    }
    return file ?? status(SW.fileNotFound);
  }

  /** The file and offset P1 and P2 point to; a short identifier makes its file the selected one. */
  function addressed(p1: number, p2: number): { file: CardFile; offset: number } | ResponseApdu {
    if ((p1 & 0x80) === 0) {
      if (selected === null) return status(NO_CURRENT_FILE);
      const stillAllowed = selected.read === 'always' || access;
      if (!stillAllowed) return status(SW.securityStatusNotSatisfied);
      return { file: selected, offset: p1 * 256 + p2 };
    }
    if ((p1 & 0x60) !== 0) return status(SW.wrongParameters);
    const found = find(fileIdOfShortIdentifier(p1 & 0x1f, directory));
    if ('sw' in found) return found;
    selected = found;
    return { file: found, offset: p2 };
  }

  function readBinary({ p1, p2, data, le }: CommandApdu, limit: number): ResponseApdu {
    if (le === null || data.length > 0) return status(SW.wrongLength);
    const target = addressed(p1, p2);
    if ('sw' in target) return target;
    return readAt(target.file, target.offset, { le, overhead: 0, limit }, (bytes) => bytes);
  }

  /** Odd INS: the offset stands in data object 54, what is read comes back in 53. */
  function readBinaryOdd({ p1, p2, data, le }: CommandApdu, limit: number): ResponseApdu {
    if (le === null) return status(SW.wrongLength);
    const offsetBytes = decodeTlv(data, 0x54);
    if (!offsetBytes.ok || offsetBytes.value.length > 4) return status(SW.wrongData);
    const offset = offsetBytes.value.reduce((sum, byte) => sum * 256 + byte, 0);
    const reference = p1 * 256 + p2;
    let file = selected;
    if (reference !== 0) {
      const found = find(reference < 0x20 ? fileIdOfShortIdentifier(reference, directory) : reference);
      if ('sw' in found) return found;
      file = found;
      selected = found;
    }
    if (file === null) return status(NO_CURRENT_FILE);
    if (file.read !== 'always' && !access) return status(SW.securityStatusNotSatisfied);
    const most = Math.min(le, limit);
    const headerLength = most <= 0x81 ? 2 : most <= 0x102 ? 3 : 4;
    return readAt(file, offset, { le, overhead: headerLength, limit }, (bytes) => encodeTlv(0x53, bytes));
  }

  function readAt(
    file: CardFile,
    offset: number,
    asked: { readonly le: number; readonly overhead: number; readonly limit: number },
    wrap: (bytes: Uint8Array) => Uint8Array,
  ): ResponseApdu {
    if (offset >= file.content.length) return status(SW.wrongOffset);
    const quirk = spec.readLimit;
    const wanted = asked.le - asked.overhead;
    if (quirk !== null && quirk.beyond === 'refuse' && wanted > quirk.bytes) return status(SW.wrongLength);
    const possible = Math.min(wanted, asked.limit - asked.overhead, quirk?.bytes ?? wanted);
    const bytes = file.content.slice(offset, offset + possible);
    const asksForAll = asked.le === 256 || asked.le === 65536;
    const endedEarly = bytes.length < possible && !asksForAll && spec.endOfFile === 'warning';
    return { data: wrap(bytes), sw: endedEarly ? SW.endOfFile : SW.ok };
  }

  function updateBinary({ p1, p2, data }: CommandApdu): ResponseApdu {
    if (data.length === 0) return status(SW.wrongLength);
    const target = addressed(p1, p2);
    if ('sw' in target) return target;
    const { file, offset } = target;
    if (!file.writable || !access) return status(SW.securityStatusNotSatisfied);
    if (offset >= file.content.length) return status(SW.wrongOffset);
    if (offset + data.length > file.content.length) return status(SW.notEnoughSpace);
    file.content.set(data, offset);
    if (spec.faults.some((fault) => fault.type === 'writeCorrupts')) {
      const middle = offset + (data.length >> 1);
      file.content[middle] = (file.content[middle] ?? 0) ^ 0x01;
    }
    writeCount++;
    announce({ type: 'written', fileId: file.fileId });
    return success();
  }

  function getChallenge({ le, p1, p2 }: CommandApdu): ResponseApdu {
    if (!spec.basicAccess) return status(SW.instructionNotSupported);
    if (p1 !== 0 || p2 !== 0) return status(SW.wrongParameters);
    if (le !== 8) return status(SW.wrongLength);
    if (directory !== 'application' || usedPace) return status(SW.conditionsNotSatisfied);
    challenge = environment.random(8);
    return success(challenge);
  }

  function externalAuthenticate({ data }: CommandApdu, given: Uint8Array | null): ResponseApdu {
    if (!spec.basicAccess) return status(SW.instructionNotSupported);
    if (data.length !== 40) return status(SW.wrongLength);
    if (given === null) return status(SW.conditionsNotSatisfied);
    const outcome = authenticateMutually(spec.mrzInformation, given, environment.random(16), data);
    if (outcome === null) return status(SW.verificationFailed);
    channel = outcome.channel;
    access = true;
    return success(outcome.response);
  }

  function manageSecurityEnvironment({ p1, p2, data }: CommandApdu): ResponseApdu {
    const objects = objectsOf(data);
    if (objects === null) return status(SW.wrongData);
    if (p1 === 0xc1 && p2 === 0xa4) return choosePace(objects);
    if (p1 !== 0x41 || spec.chipAuthentication === null) return status(SW.wrongParameters);
    if (!access) return status(SW.securityStatusNotSatisfied);
    const { cipher } = spec.chipAuthentication;
    if (p2 === 0xa6) {
      return cipher === 'desEde2' ? agreeOnKeys(objects.get(0x91)) : status(SW.functionNotSupported);
    }
    if (p2 !== 0xa4) return status(SW.wrongParameters);
    const expected = oidBytes(`${OID.caEcdh}.${CIPHER_ARC[cipher]}`);
    if (!Buffer.from(expected).equals(objects.get(0x80) ?? NOTHING)) return status(SW.wrongData);
    chipAuthenticationChosen = true;
    return success();
  }

  function choosePace(objects: ReadonlyMap<number, Uint8Array>): ResponseApdu {
    if (spec.pace === null) return status(SW.wrongParameters);
    if (!Buffer.from(paceOid(spec.pace)).equals(objects.get(0x80) ?? NOTHING)) return status(SW.wrongData);
    const reference = objects.get(0x83);
    if (reference?.length !== 1 || reference[0] !== 1) return status(SW.referencedDataNotFound);
    const parameter = objects.get(0x84);
    if (parameter !== undefined && parameter[0] !== spec.pace.parameterId) return status(SW.wrongData);
    pace = createPaceResponder(spec.pace, pacePasswordOfMrz(spec.mrzInformation), environment.random);
    return success();
  }

  function generalAuthenticate({ data, p1, p2 }: CommandApdu): ResponseApdu {
    if (p1 !== 0 || p2 !== 0) return status(SW.wrongParameters);
    const template = decodeTlv(data, 0x7c);
    const objects = template.ok ? objectsOf(template.value) : null;
    if (objects === null) return status(SW.wrongData);
    if (chipAuthenticationChosen) {
      chipAuthenticationChosen = false;
      const agreed = agreeOnKeys(objects.get(0x80));
      return agreed.sw === SW.ok ? success(encodeTlv(0x7c)) : agreed;
    }
    if (pace === null) return status(SW.conditionsNotSatisfied);
    const step = pace.step(objects);
    if (step.result === 'more') return success(step.data);
    pace = null;
    if (step.result === 'refused') return status(step.sw);
    channel = step.channel;
    access = true;
    usedPace = true;
    return success(step.data);
  }

  /** Chip Authentication: the answer still goes out under the old keys, the new ones count from the next command. */
  function agreeOnKeys(terminalPublicKey: Uint8Array | undefined): ResponseApdu {
    if (spec.chipAuthentication === null || terminalPublicKey === undefined) return status(SW.wrongData);
    nextChannel = agreeWithTerminal(spec.chipAuthentication, terminalPublicKey);
    return nextChannel === null ? status(SW.wrongData) : success();
  }

  function internalAuthenticate({ data, le }: CommandApdu, limit: number): ResponseApdu {
    if (spec.activeAuthentication === null) return status(SW.instructionNotSupported);
    if (!access) return status(SW.securityStatusNotSatisfied);
    if (data.length !== 8 || le === null) return status(SW.wrongLength);
    const signature = signChallenge(spec.activeAuthentication, data, environment.random);
    if (signature.length > Math.min(le, limit)) return status(SW.wrongLength);
    return success(signature);
  }

  powerOn();
  return {
    spec,
    atr: mute ? null : contactlessAtr(spec.extendedLength !== null),
    printedMrz: spec.printedMrz,
    reset() {
      gone = false;
      powerOn();
    },
    async transmit(bytes) {
      if (gone || mute) throw new CardPulled();
      commandCount++;
      const slow = spec.faults.find((fault) => fault.type === 'slow');
      if (slow !== undefined) await environment.delay(slow.msPerApdu);
      if (spec.faults.some((fault) => fault.type === 'pulled' && fault.atApdu === commandCount)) {
        pull();
        throw new CardPulled();
      }
      const writesBefore = writeCount;
      const response = answer(bytes);
      const leaves = spec.faults.some(
        (fault) => fault.type === 'removedAfterWrite' && fault.writes === writeCount,
      );
      if (writeCount !== writesBefore && leaves) pull();
      return response;
    },
    state: () => ({
      files: [...applicationFiles.values()]
        .filter((file) => file.writable)
        .map(({ fileId, content }) => ({ fileId, content: Uint8Array.from(content) })),
    }),
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** READ or UPDATE BINARY with nothing selected (ISO/IEC 7816-4 table 6: command not allowed, no current EF). */
const NO_CURRENT_FILE = 0x6986;

type CardFile = Omit<ElementaryFile, 'content'> & { readonly content: Uint8Array };

function fileSystem(files: readonly ElementaryFile[]): Map<number, CardFile> {
  return new Map(files.map((file) => [file.fileId, { ...file, content: Uint8Array.from(file.content) }]));
}

/** Short identifiers are the low bits of the file identifier; only EF.ATR/INFO lies elsewhere (9303-10 §3.6). */
function fileIdOfShortIdentifier(short: number, directory: 'master' | 'application'): number {
  return directory === 'master' && short === 0x01 ? 0x2f01 : 0x0100 + short;
}

function objectsOf(data: Uint8Array): Map<number, Uint8Array> | null {
  const objects = decodeTlvs(data);
  return objects.ok ? new Map(objects.value.map(({ tag, value }) => [tag, value])) : null;
}
