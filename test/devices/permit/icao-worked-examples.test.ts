/** The worked examples of ICAO Doc 9303-11: appendix D (BAC, secure messaging) and appendix G.1 (PACE). */
import { describe, expect, it } from 'vitest';
import { decodeResponse } from '../../../devices/permit/apdu.ts';
import { bacKeySeed, basicAccessControl } from '../../../devices/permit/basic-access-control.ts';
import { deriveKey, desEde2CbcEncrypt, KEY_FOR, pad, retailMac } from '../../../devices/permit/cipher.ts';
import { ELLIPTIC_CURVES, toBigInt } from '../../../devices/permit/elliptic-curves.ts';
import { checkDigit, mrzInformation } from '../../../devices/permit/mrz.ts';
import {
  authenticationToken,
  decryptNonce,
  mapGenerator,
  passwordKey,
  sharedSecret,
} from '../../../devices/permit/pace.ts';
import { createSecureMessaging } from '../../../devices/permit/secure-messaging.ts';
import { ok } from '../../../devices/result.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex').toUpperCase();

const HOLDER = { documentNumber: 'L898902C', dateOfBirth: '690806', dateOfExpiry: '940623' };

describe('appendix D: Basic Access Control', () => {
  it('builds the MRZ information with its check digits', () => {
    expect(mrzInformation(HOLDER)).toBe('L898902C<369080619406236');
    expect(checkDigit('L898902C<')).toBe('3');
  });

  it('derives the document access keys', () => {
    const seed = bacKeySeed(HOLDER);
    expect(hex(seed)).toBe('239AB9CB282DAF66231DC5A4DF6BFBAE');
    expect(hex(deriveKey(seed, KEY_FOR.encryption, 'desEde2'))).toBe('AB94FDECF2674FDFB9B391F85D7F76F2');
    expect(hex(deriveKey(seed, KEY_FOR.mac, 'desEde2'))).toBe('7962D9ECE03D1ACD4C76089DCE131543');
  });

  it('computes the cryptogram and its MAC', () => {
    const enc = bytes('AB94FDECF2674FDFB9B391F85D7F76F2');
    const mac = bytes('7962D9ECE03D1ACD4C76089DCE131543');
    const s = bytes('781723860C06C226 4608F91988702212 0B795240CB7049B01C19B33E32804F0B');
    const cryptogram = desEde2CbcEncrypt(enc, s);
    expect(hex(cryptogram)).toBe('72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2');
    expect(hex(retailMac(mac, pad(cryptogram, 8)))).toBe('5F1448EEA8AD90A7');
  });

  it('authenticates and agrees on the session keys', async () => {
    const random = [bytes('781723860C06C226'), bytes('0B795240CB7049B01C19B33E32804F0B')];
    const sent: string[] = [];
    const keys = await basicAccessControl(
      async (command) => {
        sent.push(hex(command.data));
        const answer =
          command.ins === 0x84
            ? '4608F919887022129000'
            : '46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000';
        const response = decodeResponse(bytes(answer));
        if (!response.ok) throw new Error('a test answer is malformed');
        return ok(response.value);
      },
      HOLDER,
      (length) => {
        const next = random.shift();
        expect(next?.length).toBe(length);
        return next ?? new Uint8Array(length);
      },
    );
    expect(sent[1]).toBe('72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7');
    if (!keys.ok) throw new Error(keys.error.message);
    expect(hex(keys.value.encryption)).toBe('979EC13B1CBFE9DCD01AB0FED307EAE5');
    expect(hex(keys.value.mac)).toBe('F1CB1F1FB5ADF208806B89DC579DC1F8');
    expect(hex(keys.value.sendSequenceCounter)).toBe('887022120C06C226');
  });
});

describe('appendix D: secure messaging', () => {
  it('protects SELECT and READ BINARY and opens their answers', () => {
    const session = createSecureMessaging({
      cipher: 'desEde2',
      encryption: bytes('979EC13B1CBFE9DCD01AB0FED307EAE5'),
      mac: bytes('F1CB1F1FB5ADF208806B89DC579DC1F8'),
      sendSequenceCounter: bytes('887022120C06C226'),
    });
    const nothing = new Uint8Array(0);
    const exchange = (command: Parameters<typeof session.wrap>[0], answer: string) => {
      const wrapped = hex(session.wrap(command));
      const opened = session.unwrap(bytes(answer));
      return opened.ok ? [wrapped, hex(opened.value.data), opened.value.sw] : [wrapped, opened.error.code, 0];
    };
    expect(
      exchange(
        { cla: 0, ins: 0xa4, p1: 2, p2: 0x0c, data: bytes('011E'), le: null },
        '990290008E08FA855A5D4C50A8ED9000',
      ),
    ).toEqual(['0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800', '', 0x9000]);
    expect(
      exchange(
        { cla: 0, ins: 0xb0, p1: 0, p2: 0, data: nothing, le: 4 },
        '8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000',
      ),
    ).toEqual(['0CB000000D9701048E08ED6705417E96BA5500', '60145F01', 0x9000]);
    expect(
      exchange(
        { cla: 0, ins: 0xb0, p1: 0, p2: 4, data: nothing, le: 18 },
        '871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000',
      ),
    ).toEqual(['0CB000040D9701128E082EA28A70F3C7B53500', '04303130365F36063034303030305C026175', 0x9000]);
  });
});

describe('appendix G.1: PACE, elliptic curve, generic mapping, AES-128', () => {
  const curve = ELLIPTIC_CURVES.find(({ name }) => name === 'brainpoolP256r1');
  if (!curve) throw new Error('brainpoolP256r1 is missing');
  const key = { documentNumber: 'T22000129', dateOfBirth: '640812', dateOfExpiry: '101031' };

  it('decrypts the nonce with the key of the MRZ', () => {
    const password = passwordKey(key, 'aes128');
    expect(hex(password)).toBe('89DED1B26624EC1E634C1989302849DD');
    expect(hex(decryptNonce(password, 'aes128', bytes('95A3A016522EE98D01E76CB6B98B42C3')))).toBe(
      '3F00C4D39D153F2B2A214A078D899B22',
    );
  });

  it('maps the nonce to the new generator', () => {
    const secret = toBigInt(bytes('7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99'));
    const chip = bytes(
      '04 824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57 30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54',
    );
    const generator = mapGenerator(curve, bytes('3F00C4D39D153F2B2A214A078D899B22'), secret, chip);
    expect(generator && hex(generator.toBytes(false))).toBe(
      '048CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E28C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522',
    );
  });

  it('agrees on the session keys and the tokens', () => {
    const secret = toBigInt(bytes('A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595'));
    const terminalKey = bytes(
      '04 2DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C 3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462',
    );
    const chipKey = bytes(
      '04 9E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB 7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094',
    );
    const shared = sharedSecret(curve, secret, chipKey);
    if (!shared) throw new Error('no shared secret');
    expect(hex(shared)).toBe('28768D20701247DAE81804C9E780EDE582A9996DB4A315020B2733197DB84925');
    expect(hex(deriveKey(shared, KEY_FOR.encryption, 'aes128'))).toBe('F5F0E35C0D7161EE6724EE513A0D9A7F');
    const mac = deriveKey(shared, KEY_FOR.mac, 'aes128');
    expect(hex(mac)).toBe('FE251C7858B356B24514B3BD5F4297D1');
    const info = { oid: '0.4.0.127.0.7.2.2.4.2.2', cipher: 'aes128' } as const;
    expect(hex(authenticationToken(mac, info, chipKey))).toBe('C2B0BD78D94BA866');
    expect(hex(authenticationToken(mac, info, terminalKey))).toBe('3ABB9674BCE93C08');
  });
});
