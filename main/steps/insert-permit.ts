/**
 * Takes the permit in, opens its chip with what is printed on it, and reads it. What can be put right by the
 * applicant is asked for again, with the card back in their hand; what cannot, ends at the counter.
 */
import type { CardConnection } from '../../devices/card-reader/interface.ts';
import type { DeviceError } from '../../devices/device.ts';
import { type MrzError, type MrzKey, parsePermitLine } from '../../devices/permit/mrz.ts';
import { type Message, message } from '../contract/message.ts';
import type { MrzPart } from '../contract/views.ts';
import { Interrupted, type Step, type StepContext } from '../session/step.ts';
import { noPermit, permitUnusable } from './outcomes.ts';
import { giveBack } from './return-permit.ts';

const connectTimeoutMs = 5_000;
const mrzTimeoutMs = 5_000;
const readTimeoutMs = 30_000;
/** How often the same applicant may try before the counter is the better help. */
const tries = 3;

export const insertPermit: Step = {
  id: 'insertPermit',
  uses: ['cardReader', 'endorsementPrinter'],
  async run(context) {
    const { case: file } = context;
    let problem: Message | null = null;
    let typed: MrzKey | null = context.devices.mrz === null ? await askForLine(context) : null;
    for (let attempt = 1; attempt <= tries; attempt++) {
      const accepted = await acceptCard(context, problem);
      if (accepted === 'none') return { go: 'end', outcome: noPermit };
      if (accepted === 'jammed')
        return { go: 'end', outcome: permitUnusable(message('outcomes.permit.jammed')) };
      const read = await readInserted(context, typed);
      if (read.kind === 'read') return { go: 'next' };
      context.journal.append({
        event: 'permit-rejected',
        outcome: 'failure',
        ...context.ids,
        clear: { reason: read.code },
      });
      if (read.kind === 'unusable') return { go: 'end', outcome: permitUnusable(read.text) };
      await file.connection?.release();
      file.connection = null;
      if ((await giveBack(context)) !== 'returned') return { go: 'end', outcome: permitUnusable(read.text) };
      problem = read.text;
      if (read.kind === 'needsLine') typed = await askForLine(context);
    }
    return { go: 'end', outcome: permitUnusable(message('outcomes.permit.threeTries')) };
  },
};

/** Opens the slot until a card is in. */
async function acceptCard(
  context: StepContext,
  problem: Message | null,
): Promise<'inside' | 'none' | 'jammed'> {
  const { screen, devices, journal, ids, config, signal, case: file } = context;
  const asked = screen.ask({ kind: 'insertPermit', problem }, []);
  const accepted = await devices.endorsementPrinter.accept({
    timeoutMs: config.timeouts.insertSeconds * 1000,
    signal,
  });
  if (signal.aborted && !accepted.ok) await asked;
  asked.catch(() => {});
  if (!accepted.ok) {
    return accepted.error.code === 'timeOut' || accepted.error.code === 'canceled' ? 'none' : 'jammed';
  }
  file.document = 'inside';
  journal.append({
    event: 'permit-inserted',
    outcome: 'success',
    ...ids,
    clear: { device: 'endorsementPrinter' },
  });
  if (signal.aborted) throw new Interrupted(signal.reason);
  return 'inside';
}

type Reading =
  | { readonly kind: 'read' }
  /** Worth another try with the card turned or cleaned. */
  | { readonly kind: 'again'; readonly code: string; readonly text: Message }
  /** The printed line could not be read by the machine, so the applicant has to type it. */
  | { readonly kind: 'needsLine'; readonly code: string; readonly text: Message }
  | { readonly kind: 'unusable'; readonly code: string; readonly text: Message };

async function readInserted(context: StepContext, typed: MrzKey | null): Promise<Reading> {
  const { screen, devices, journal, ids, clock, signal, case: file } = context;
  screen.show({ kind: 'readingPermit', fraction: 0 });
  const connected = await devices.cardReader.connect({ timeoutMs: connectTimeoutMs, signal });
  if (signal.aborted) throw new Interrupted(signal.reason);
  if (!connected.ok) return chipProblem(connected.error);
  file.connection = connected.value;
  const key = typed ?? (await opticalKey(context));
  if (key === null) {
    return { kind: 'needsLine', code: 'mrzUnreadable', text: message('outcomes.permit.lineUnreadable') };
  }
  file.mrzKey = key;
  journal.append({ event: 'permit-read-init', outcome: 'n/a', ...ids });
  const began = clock.monotonic();
  const permit = await readChip(context, connected.value, key);
  if (signal.aborted) throw new Interrupted(signal.reason);
  journal.append({
    event: 'permit-read-complete',
    outcome: permit.ok ? 'success' : 'failure',
    ...ids,
    clear: {
      durationMs: clock.monotonic() - began,
      ...(permit.ok
        ? {
            access: permit.value.accessProtocol,
            passive: permit.value.authenticity.verdict,
          }
        : { code: permit.error.code }),
    },
    ...(permit.ok
      ? { personal: { documentNumber: permit.value.documentNumber, nameChinese: permit.value.nameChinese } }
      : {}),
  });
  if (!permit.ok) return chipProblem(permit.error);
  file.permit = permit.value;
  return { kind: 'read' };
}

const readChip = ({ screen, devices, signal }: StepContext, connection: CardConnection, key: MrzKey) =>
  devices.readPermit(connection, key, {
    timeoutMs: readTimeoutMs,
    signal,
    onProgress: (fraction) => screen.show({ kind: 'readingPermit', fraction }),
  });

async function opticalKey({ devices, signal }: StepContext): Promise<MrzKey | null> {
  if (devices.mrz === null) return null;
  const line = await devices.mrz.read({ timeoutMs: mrzTimeoutMs, signal });
  return line.ok ? line.value : null;
}

function chipProblem(error: DeviceError): Reading {
  const { code } = error;
  switch (code) {
    case 'authenticationFailed':
      return { kind: 'needsLine', code, text: message('outcomes.permit.lineWrong') };
    case 'cardRemoved':
      return { kind: 'again', code, text: message('outcomes.permit.removed') };
    case 'timeOut':
    case 'noMedia':
    case 'atrNotObtained':
      return { kind: 'again', code, text: message('outcomes.permit.mute') };
    case 'invalidMedia':
    case 'protocolNotSupported':
      return { kind: 'unusable', code, text: message('outcomes.permit.notAPermit') };
    default:
      return { kind: 'unusable', code, text: message('outcomes.permit.unreadable') };
  }
}

/** Asks for the line printed on the card until its check digits agree. */
async function askForLine({ screen, config }: StepContext): Promise<MrzKey> {
  let problem: { readonly part: MrzPart; readonly message: Message } | null = null;
  for (;;) {
    const answer = await screen.ask({ kind: 'mrzEntry', problem }, ['mrzTyped'], {
      idleSeconds: config.timeouts.formIdleSeconds,
    });
    if (answer.type !== 'mrzTyped') continue;
    const line = parsePermitLine(answer.line);
    if (line.ok) return line.value;
    problem = { part: partOf(line.error), message: message(`outcomes.mrz.${partOf(line.error)}`) };
  }
}

function partOf(error: MrzError): MrzPart {
  switch (error.field) {
    case 'dateOfBirth':
    case 'dateOfExpiry':
      return error.field;
    case 'composite':
      return 'overall';
    default:
      return 'documentNumber';
  }
}
