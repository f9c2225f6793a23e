/** Brings what the chip, the bureau and the configuration say into the form the rules ask for. */
import type { MrzKey } from '../../devices/permit/mrz.ts';
import type { Permit } from '../../devices/permit/read-permit.ts';
import type { HolderRecord } from '../bureau/port.ts';
import type { TerminalConfig } from '../config/schema.ts';
import type { EndorsementOption, Place } from '../contract/views.ts';
import { type EligibilityInput, regionOn } from '../rules/eligibility.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { CaseFile } from '../session/step.ts';

type Allowed = Extract<EndorsementOption, { allowed: true }>;

/** What the rules decide on; neither ethnic group nor origin is among it. */
export function eligibilityInput(
  rules: RuleSet,
  permit: Permit,
  record: HolderRecord | null,
  printed: MrzKey | null,
  config: TerminalConfig,
  today: string,
): EligibilityInput {
  const { verdict } = permit.authenticity;
  return {
    today,
    permit: {
      documentNumber: permit.documentNumber,
      documentType: permit.documentType,
      dateOfBirth: permit.dateOfBirth,
      dateOfExpiry: permit.dateOfExpiry,
      // A hall without the country signing certificates may decide to rely on the bureau's record alone.
      authenticity: verdict === 'unverified' && !config.trust.requireGenuine ? 'genuine' : verdict,
      mrzAgrees: printed !== null && agrees(printed, permit),
    },
    record: record && { ...record, endorsements: [...record.endorsements, ...onlyOnChip(permit, record)] },
    region: regionOn(rules, today, config.region.division.slice(0, 2)),
  };
}

/** What the chip holds and the bureau has not heard of yet, e.g. because its report still waits in an outbox. */
const onlyOnChip = (permit: Permit, record: HolderRecord): HolderRecord['endorsements'] =>
  permit.endorsements
    .map(({ place, type, count, issuedOn, validUntil, used }) => ({
      place,
      type,
      count,
      issuedOn,
      validUntil,
      entriesUsed: used,
    }))
    .filter(
      (chip) =>
        !record.endorsements.some((known) => known.place === chip.place && known.issuedOn === chip.issuedOn),
    );

/** Whether the printed line and the chip say the same; the line writes dates as YYMMDD. */
function agrees(printed: MrzKey, permit: Permit): boolean {
  const short = (date: string) => date.slice(2).replaceAll('-', '');
  return (
    printed.documentNumber === permit.documentNumber &&
    printed.dateOfBirth === short(permit.dateOfBirth) &&
    printed.dateOfExpiry === short(permit.dateOfExpiry)
  );
}

/** What was chosen, in the order of the places. */
export const chosenOf = (file: CaseFile): readonly { readonly place: Place; readonly option: Allowed }[] =>
  file.places.flatMap((place) => {
    const option = file.chosen[place];
    return option ? [{ place, option }] : [];
  });
