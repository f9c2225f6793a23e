/** The country signing certificates the terminal trusts: every .cer, .crt, .der and .pem file of one folder. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';

export interface TrustedCertificate {
  readonly certificate: Certificate;
  /** DER of the subject's distinguished name. */
  readonly subject: Uint8Array;
}

export interface TrustStore {
  readonly certificates: readonly TrustedCertificate[];
  /** Files that could not be used, with the reason: for the technician. */
  readonly rejected: readonly { readonly file: string; readonly reason: string }[];
}

/** Trusts nothing: every permit stays unverified. */
export const EMPTY_TRUST_STORE: TrustStore = { certificates: [], rejected: [] };

/** Reads the folder. A folder that is not there trusts nothing and says so in `rejected`. */
export async function loadTrustStore(folder: string): Promise<TrustStore> {
  const certificates: TrustedCertificate[] = [];
  const rejected: { file: string; reason: string }[] = [];
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => /\.(cer|crt|der|pem)$/i.test(name)).sort();
  } catch {
    return { certificates, rejected: [{ file: folder, reason: 'the folder cannot be read' }] };
  }
  for (const name of names) {
    try {
      for (const der of certificatesIn(await readFile(join(folder, name)))) certificates.push(trusted(der));
    } catch {
      rejected.push({ file: name, reason: 'not an X.509 certificate' });
    }
  }
  return { certificates, rejected };
}

/** Throws when the bytes are no certificate. */
export function trusted(der: Uint8Array): TrustedCertificate {
  const certificate = AsnConvert.parse(der, Certificate);
  return { certificate, subject: new Uint8Array(AsnConvert.serialize(certificate.tbsCertificate.subject)) };
}

function certificatesIn(file: Buffer): Uint8Array[] {
  const text = file.toString('latin1');
  const blocks = [...text.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)];
  return blocks.length > 0 ? blocks.map((block) => Buffer.from(block[1] ?? '', 'base64')) : [file];
}
