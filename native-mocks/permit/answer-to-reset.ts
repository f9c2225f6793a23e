/** The ATR PC/SC makes for a contactless card of ISO/IEC 14443-4 from its historical bytes (PC/SC part 3 §3.1.3.2.3.1). */

/** Historical bytes in compact TLV: card capabilities, with extended length announced or not (ISO/IEC 7816-4 §12.1.1). */
export function contactlessAtr(extendedLength: boolean): Uint8Array {
  const capabilities = 0x80 | (extendedLength ? 0x60 : 0); // command chaining; extended Lc and Le, see EF.ATR/INFO
  const historical = [0x80, 0x73, 0xd6, 0x21, capabilities];
  const body = [0x80 | historical.length, 0x80, 0x01, ...historical];
  return Uint8Array.of(
    0x3b,
    ...body,
    body.reduce((sum, byte) => sum ^ byte, 0),
  );
}
