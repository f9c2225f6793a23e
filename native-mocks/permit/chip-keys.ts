/**
 * What the chip's own cryptography is about: which ciphers and curves its protocols use and which private keys it
 * keeps. All of it is plain bytes and words, so that a card can be written to a file and made again.
 */
import { brainpoolP256r1 } from '@noble/curves/misc.js';
import { p256, p384 } from '@noble/curves/nist.js';
import type { MessageCipher } from '../../devices/permit/cipher.ts';

/** Standardised domain parameters of ICAO Doc 9303-11 §9.5.1: 12 P-256, 13 brainpoolP256r1, 15 P-384. */
export type DomainParameterId = 12 | 13 | 15;

export interface PaceProfile {
  readonly parameterId: DomainParameterId;
  readonly cipher: MessageCipher;
}

export type ActiveAuthenticationKey =
  /** Plain ECDSA with SHA-256 over P-256; the scalar, 32 bytes. */
  | { readonly algorithm: 'ecdsa'; readonly privateKey: Uint8Array }
  /** ISO/IEC 9796-2 scheme 1 with SHA-256; PKCS #8. */
  | { readonly algorithm: 'rsa'; readonly privateKey: Uint8Array };

export interface ChipAuthenticationKey {
  readonly cipher: MessageCipher;
  /** Scalar on P-256, 32 bytes. */
  readonly privateKey: Uint8Array;
}

/** Last arc of the PACE and Chip Authentication identifiers. */
export const CIPHER_ARC: Readonly<Record<MessageCipher, number>> = {
  desEde2: 1,
  aes128: 2,
  aes192: 3,
  aes256: 4,
};

export const curveOf = (id: DomainParameterId): typeof p256 =>
  id === 12 ? p256 : id === 13 ? brainpoolP256r1 : p384;
