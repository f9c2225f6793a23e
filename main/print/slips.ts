/** The slip an applicant takes away: what happened, in Chinese and in their own language. */
import type { SlipLine } from '../../devices/receipt-printer/interface.ts';
import type { GrantedEndorsement } from '../bureau/port.ts';
import { type Language, type Message, message } from '../contract/message.ts';
import type { EndorsementSlip } from './printed-matter.ts';
import type { Texts } from './texts.ts';

type Said = (what: Message) => string;

/** Lines of the slip; every statement in Chinese, followed by `language` where that is another. */
export function endorsementSlip(texts: Texts, slip: EndorsementSlip, language: Language): SlipLine[] {
  const chinese: Said = (what) => texts.say('zh', what);
  const foreign: Said | null = language === 'zh' ? null : (what) => texts.say(language, what);

  const both = (
    what: Message,
    style: Omit<Extract<SlipLine, { kind: 'text' }>, 'kind' | 'text'> = {},
  ): SlipLine[] => [
    { kind: 'text', text: chinese(what), ...style },
    ...(foreign
      ? [{ kind: 'text', text: foreign(what), ...(style.align ? { align: style.align } : {}) } as const]
      : []),
  ];
  const pair = (key: string, value: string | null): SlipLine[] => {
    if (value === null) return [];
    const label = message(key);
    return [{ kind: 'pair', label: foreign ? `${chinese(label)} ${foreign(label)}` : chinese(label), value }];
  };
  const statement = (key: string, what: Message): Message =>
    message(key, { text: { kind: 'message', message: what } });

  return [
    { kind: 'text', text: slip.hallNameZh, align: 'centre', bold: true },
    { kind: 'text', text: slip.hallNameEn, align: 'centre' },
    { kind: 'rule' },
    ...both(slip.title, { align: 'centre', size: 'large', bold: true }),
    { kind: 'rule' },
    ...pair('print.slip.name', slip.maskedName),
    ...pair('print.slip.permitNumber', slip.maskedDocument),
    ...slip.endorsements.flatMap((endorsement) => granted(endorsement, both)),
    ...pair('print.slip.applicationNumber', slip.applicationNumber),
    ...pair('print.slip.orderNumber', slip.orderNumber),
    { kind: 'rule' },
    ...both(statement('print.slip.permit', slip.document)),
    ...both(statement('print.slip.money', slip.money)),
    ...both(statement('print.slip.application', slip.application)),
    ...both(statement('print.slip.next', slip.next), { bold: true }),
    { kind: 'rule' },
    { kind: 'feed', lines: 1 },
    { kind: 'barcode', text: slip.slipNumber },
    { kind: 'feed', lines: 1 },
    { kind: 'qr', text: slip.slipNumber },
    { kind: 'feed', lines: 1 },
    ...pair('print.slip.slipNumber', slip.slipNumber),
    ...pair('print.slip.printedAt', slip.printedAt),
    ...pair('print.slip.terminal', slip.terminalId),
    ...both(message('print.slip.keep'), { align: 'centre' }),
  ];
}

function granted(
  { place, type, count, validFrom, validUntil }: GrantedEndorsement,
  both: (what: Message, style?: { bold?: boolean }) => SlipLine[],
): SlipLine[] {
  const term = (key: string): { kind: 'message'; message: Message } => ({
    kind: 'message',
    message: message(key),
  });
  return [
    ...both(
      message('print.slip.endorsement', {
        place: term(`terms.place.${place}`),
        type: term(`terms.type.${type}`),
        count: term(`terms.count.${count}`),
      }),
      { bold: true },
    ),
    ...both(
      message('print.slip.validity', {
        from: { kind: 'date', date: validFrom },
        until: { kind: 'date', date: validUntil },
      }),
    ),
  ];
}
