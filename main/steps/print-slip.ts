/** Prints the slip. It says on paper what the ending says on screen; without paper the ending stands alone. */
import { maskDocument, maskName } from '../rules/masking.ts';
import type { Step } from '../session/step.ts';
import { completed, documentText, isKept, moneyText, nextText } from './outcomes.ts';

const printTimeoutMs = 30_000;

export const printSlip: Step = {
  id: 'printSlip',
  hidden: true,
  interruptible: false,
  when: ({ case: file }) => !file.slipTried,
  async run({ screen, devices, journal, ids, config, clock, signal, print, case: file, outcome }) {
    if (file.slipTried || (outcome?.slip === false && !isKept(file.document))) return { go: 'next' };
    file.slipTried = true;
    const ending = outcome ?? completed;
    screen.show({ kind: 'waiting', for: 'slip', progress: null, since: clock.now() });
    const slipNumber = journal.nextSlipNumber(clock.today());
    const { permit } = file;
    const slip = print.endorsementSlip(
      {
        slipNumber,
        hallNameZh: config.hall.nameZh,
        hallNameEn: config.hall.nameEn,
        terminalId: config.terminal.id,
        printedAt: clock.localTime(),
        title: ending.title,
        maskedName: permit ? maskName(permit.nameChinese) : null,
        maskedDocument: permit ? maskDocument(permit.documentNumber) : null,
        endorsements: file.chipWritten ? file.granted : [],
        applicationNumber: file.applicationNumber,
        orderNumber: file.orderNumber,
        document: documentText(file.document),
        money: moneyText(file.money),
        application: ending.application,
        next: nextText(ending, file.document, config.hall.counter),
      },
      screen.language,
    );
    journal.append({
      event: 'slip-print-init',
      outcome: 'n/a',
      ...ids,
      clear: { slip: slipNumber, kind: ending.id },
    });
    const began = clock.monotonic();
    const printed = await devices.receiptPrinter.print(slip, { timeoutMs: printTimeoutMs, signal });
    journal.append({
      event: 'slip-print-complete',
      outcome: printed.ok ? 'success' : 'failure',
      ...ids,
      clear: {
        slip: slipNumber,
        kind: ending.id,
        durationMs: clock.monotonic() - began,
        ...(printed.ok ? {} : { code: printed.error.code }),
      },
    });
    if (printed.ok) file.slipNumber = slipNumber;
    return { go: 'next' };
  },
};
