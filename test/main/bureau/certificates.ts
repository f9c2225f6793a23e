/** Certificates for tests, made when they run: an authority, and identities on 127.0.0.1 issued by it (RFC 5280). */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { encodeTlv } from '../../../devices/permit/tlv.ts';
import {
  derBits,
  derInteger,
  derOctets,
  derOid,
  derSequence,
  derSet,
  derTagged,
  derText,
  derTime,
  derTrue,
} from '../../../native-mocks/permit/der.ts';

export interface Identity {
  /** PEM */
  readonly cert: string;
  /** PEM, PKCS #8 */
  readonly key: string;
}

export interface Authority {
  /** PEM */
  readonly ca: string;
  issue(commonName: string): Identity;
}

const ecdsaWithSha256 = derSequence(derOid('1.2.840.10045.4.3.2'));

export function createAuthority(commonName: string): Authority {
  const authority = newKeys();
  const issuer = nameOf(commonName);
  const certify = (subject: Uint8Array, publicKey: KeyObject, extension: Uint8Array): string => {
    const serial = new Uint8Array(randomBytes(8));
    serial[0] = 0x40;
    const body = derSequence(
      derTagged(0, derInteger(2)),
      derInteger(serial),
      ecdsaWithSha256,
      issuer,
      derSequence(derTime(new Date(Date.now() - 3_600_000)), derTime(new Date(Date.now() + 86_400_000))),
      subject,
      publicKey.export({ format: 'der', type: 'spki' }),
      derTagged(3, derSequence(extension)),
    );
    const signature = sign('sha256', body, authority.privateKey);
    return pem('CERTIFICATE', derSequence(body, ecdsaWithSha256, derBits(signature)));
  };
  const basicConstraints = derSequence(derOid('2.5.29.19'), derTrue(), derOctets(derSequence(derTrue())));
  // subjectAltName with one iPAddress
  const onLoopback = derSequence(
    derOid('2.5.29.17'),
    derOctets(derSequence(encodeTlv(0x87, Uint8Array.of(127, 0, 0, 1)))),
  );
  return {
    ca: certify(issuer, authority.publicKey, basicConstraints),
    issue(name) {
      const { publicKey, privateKey } = newKeys();
      return {
        cert: certify(nameOf(name), publicKey, onLoopback),
        key: pem('PRIVATE KEY', privateKey.export({ format: 'der', type: 'pkcs8' })),
      };
    },
  };
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

const nameOf = (commonName: string): Uint8Array =>
  derSequence(derSet(derSequence(derOid('2.5.4.3'), derText(commonName))));

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
