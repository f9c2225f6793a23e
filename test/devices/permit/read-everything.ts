/** Reads permits of every kind and prints the outcomes as JSON; run by whichever runtime is to be tried. */
import { createChipEndorsementWriter } from '../../../devices/permit/endorsement-writer.ts';
import { readPermit } from '../../../devices/permit/read-permit.ts';
import type { Personalisation } from '../../../native-mocks/permit/personalise.ts';
import { connectionTo, keyOf, readOptions, virtualPermit } from './virtual-card.ts';

const KINDS: Readonly<Record<string, Partial<Personalisation>>> = {
  bac: {},
  short: { extendedLength: null },
  forged: { faults: [{ type: 'tamperedDg1' }] },
  ecdsa: { activeAuthentication: 'ecdsa' },
  rsa: { activeAuthentication: 'rsa' },
  chipAes: { chipAuthentication: 'aes256' },
  chipDes: { chipAuthentication: 'desEde2' },
  paceAes128: { pace: { cipher: 'aes128', parameterId: 12 } },
  paceAes192: { pace: { cipher: 'aes192', parameterId: 15 } },
  paceBrainpool: { pace: { cipher: 'aes256', parameterId: 13 } },
  paceDes: { pace: { cipher: 'desEde2', parameterId: 12 } },
};

const outcomes: Record<string, string> = {};
const options = await readOptions();
for (const [kind, personalisation] of Object.entries(KINDS)) {
  const permit = await virtualPermit(personalisation);
  const result = await readPermit(connectionTo(permit), keyOf(permit), options);
  outcomes[kind] = result.ok ? result.value.authenticity.verdict : result.error.code;
}
const permit = await virtualPermit();
const endorsement = {
  place: 'HKG',
  type: 'L',
  count: '3M1',
  validFrom: '2026-06-01',
  validUntil: '2026-08-31',
  used: 0,
  remarks: '',
  issuingAuthority: '231025',
  issuedOn: '2026-06-01',
  caseNumber: '20260601000001',
} as const;
const written = await createChipEndorsementWriter(options.random).write(
  connectionTo(permit),
  keyOf(permit),
  [endorsement],
  { timeoutMs: 60_000, signal: new AbortController().signal },
);
outcomes.write = written.ok ? (written.value[0]?.outcome ?? 'nothing') : written.error.code;
console.log(JSON.stringify(outcomes));
