import { describe, expect, it } from 'vitest';
import {
  checkDigit,
  mrzInformation,
  passportLines,
  permitDataGroupLine,
  printedPermitLine,
} from '../../../native-mocks/permit/machine-readable-zone.ts';
import { HOLDER } from './invented-people.ts';

describe('the lines of a document', () => {
  it('have the check digits of the published examples', () => {
    expect(checkDigit('L898902C<')).toBe('3');
    expect(checkDigit('690806')).toBe('1');
    expect(
      mrzInformation({ documentNumber: 'L898902C', dateOfBirth: '1969-08-06', dateOfExpiry: '1994-06-23' }),
    ).toBe('L898902C<369080619406236');
  });

  it('put expiry before birth on the permit', () => {
    expect(printedPermitLine('CS', HOLDER)).toBe('CSC000000015<2807111<9001011<0');
    const other = {
      ...HOLDER,
      documentNumber: 'CA0000001',
      dateOfBirth: '1985-06-15',
      dateOfExpiry: '2029-06-30',
    };
    expect(printedPermitLine('CS', other)).toBe('CSCA00000015<2906302<8506151<4');
    expect(printedPermitLine('CD', { ...HOLDER, documentNumber: 'L00000001' })).toBe(
      'CDL000000018<2807111<9001011<4',
    );
  });

  it('carry the name in DG1', () => {
    const line = permitDataGroupLine('CS', { ...HOLDER, nameChinese: '证' });
    expect(line).toBe(
      `CSC000000015<2807111<9001011<0NGKE<<<<<<<<ZHENG<<SHU<<<<<<<<F<<<<<<<HLJ${'<'.repeat(19)}`,
    );
  });

  it('are two of 44 in a passport', () => {
    expect(passportLines({ ...HOLDER, documentNumber: 'E00000001' })).toHaveLength(88);
  });
});
