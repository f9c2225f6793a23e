/** Everything the terminal prints, as documents independent of the printer. */
import type { Raster } from '../../devices/endorsement-printer/interface.ts';
import type { SlipLine } from '../../devices/receipt-printer/interface.ts';
import type { GrantedEndorsement } from '../bureau/port.ts';
import type { Language, Message } from '../contract/message.ts';

/** What stands on the slip of a re-endorsement, ended well or not. Personal data comes in masked. */
export interface EndorsementSlip {
  readonly slipNumber: string;
  readonly hallNameZh: string;
  readonly hallNameEn: string;
  readonly terminalId: string;
  /** Local `YYYY-MM-DD HH:MM`. */
  readonly printedAt: string;
  readonly title: Message;
  readonly maskedName: string | null;
  readonly maskedDocument: string | null;
  readonly endorsements: readonly GrantedEndorsement[];
  readonly applicationNumber: string | null;
  readonly orderNumber: string | null;
  readonly document: Message;
  readonly money: Message;
  readonly application: Message;
  readonly next: Message;
}

export interface PrintedMatter {
  /** The slip in Chinese, each statement followed by the applicant's language where that is another. */
  endorsementSlip(slip: EndorsementSlip, language: Language): readonly SlipLine[];
  /** The permit's back: one field per place with 签注种类, 有效次数, 有效期, 备注, 签发信息, and the QR code. */
  cardBack(endorsements: readonly GrantedEndorsement[], documentNumber: string): Promise<Raster>;
}
