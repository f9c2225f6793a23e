/** People who do not exist, and a picture of nobody, for cards in tests. */
import type { PermitEndorsement } from '../../../devices/permit/endorsement-file.ts';
import type { DocumentHolder } from '../../../native-mocks/permit/machine-readable-zone.ts';
import type { PermitSpec } from '../../../native-mocks/permit/permit-spec.ts';
import { type Personalisation, personalise } from '../../../native-mocks/permit/personalise.ts';
import { testCsca } from '../../../native-mocks/test-csca.ts';

export const NOW = new Date('2026-11-23T08:00:00Z');

export const HOLDER: DocumentHolder = {
  documentNumber: 'C00000001',
  nameChinese: '证书',
  surname: 'ZHENG',
  given: 'SHU',
  sex: 'F',
  dateOfBirth: '1990-01-01',
  dateOfExpiry: '2028-07-11',
  placeOfBirth: 'HLJ',
};

export const ENDORSEMENT: PermitEndorsement = {
  place: 'HKG',
  type: 'L',
  count: '1Y1',
  validFrom: '2026-01-05',
  validUntil: '2027-01-04',
  used: 1,
  remarks: '',
  issuingAuthority: '231025',
  issuedOn: '2026-01-05',
  caseNumber: '231025202601050001',
};

/** Starts and ends as a JPEG with a frame header of the given size; `length` bytes. */
export function pictureOfNobody(length = 20_000, width = 354, height = 472): Uint8Array {
  const picture = new Uint8Array(length).fill(0x5a);
  const head = [0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3];
  picture.set(head);
  picture.set([0xff, 0xd9], length - 2);
  return picture;
}

export function specOf(changes: Partial<Personalisation> = {}): PermitSpec {
  return personalise({
    holder: HOLDER,
    face: pictureOfNobody(),
    endorsements: [ENDORSEMENT],
    signer: testCsca(NOW).signer,
    now: NOW,
    ...changes,
  });
}
