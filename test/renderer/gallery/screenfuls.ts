/** One or more invented screenfuls for every kind of view and dialog. */
import type { Message } from '../../../main/contract/message.ts';
import type { Dialog, Preferences, Screenful, View } from '../../../main/contract/views.ts';

/** 2018-07-12 09:41 in China. */
export const galleryTime = Date.UTC(2018, 6, 12, 1, 41);

/** Words that in a terminal come from files of other parts; said as they are, whatever the language. */
type Sample = {
  readonly view: View;
  readonly step?: number;
  readonly dialog?: Dialog;
  readonly back?: boolean;
};

const steps = [
  'consent',
  'insertPermit',
  'checkEligibility',
  'verifyPerson',
  'chooseEndorsement',
  'checkAnswers',
  'payFee',
  'writeEndorsement',
  'returnPermit',
] as const;

const money = (fen: number) => ({ kind: 'money', fen }) as const;
const day = (date: string) => ({ kind: 'date', date }) as const;
const text = (key: string, params?: Message['params']) =>
  ({ kind: 'message', message: params ? { key, params } : { key } }) as const;

const say = (key: string, params?: Message['params']): Message => (params ? { key, params } : { key });
const said = (value: string): Message => say('screens.check.text', { value });

const unused = say('rules.reason.unused', { date: day('2018-08-20') });
const counterOnly = say('rules.reason.counterOnly');
const endorsement = (count: string, until: string): Message =>
  say('screens.check.endorsement', {
    type: text('terms.type.L'),
    count: text(`terms.count.${count}`),
    until: day(until),
  });

const option = (place: string, type: 'L' | 'G' | 'S', count: '3M1' | '3M2' | '1Y1' | '1Y2', feeFen: number) =>
  ({
    id: `${place}-${type}-${count}`,
    type,
    count,
    allowed: true,
    validUntil: count.startsWith('3M') ? '2018-10-11' : '2019-07-11',
    stayDays: 7,
    feeFen,
  }) as const;

const deadline = (seconds: number) => galleryTime + seconds * 1000;

export const samples: Readonly<Record<string, Sample>> = {
  attract: { view: { kind: 'attract', services: ['endorsement'], outOfService: null } },
  attractClosed: {
    view: { kind: 'attract', services: [], outOfService: say('outcomes.missing.endorsementPrinter') },
  },
  menu: { view: { kind: 'menu', items: [{ service: 'endorsement', minutes: 3, available: true }] } },
  menuUnavailable: {
    view: {
      kind: 'menu',
      items: [
        {
          service: 'endorsement',
          minutes: 3,
          available: false,
          reason: say('outcomes.missing.receiptPrinter'),
        },
      ],
    },
  },
  consent: { view: { kind: 'consent' }, step: 1 },
  insertPermit: { view: { kind: 'insertPermit', problem: null }, step: 2, back: true },
  insertPermitProblem: {
    view: { kind: 'insertPermit', problem: say('outcomes.permit.mute') },
    step: 2,
    back: true,
  },
  mrzEntry: { view: { kind: 'mrzEntry', problem: null }, step: 2, back: true },
  mrzEntryProblem: {
    view: {
      kind: 'mrzEntry',
      problem: { part: 'dateOfExpiry', message: say('outcomes.mrz.dateOfExpiry') },
    },
    step: 2,
    back: true,
  },
  readingPermit: { view: { kind: 'readingPermit', fraction: 0.45 }, step: 2 },
  faceReady: { view: { kind: 'faceCheck', phase: 'ready', triesLeft: 3, hint: null }, step: 4, back: true },
  faceLooking: {
    view: {
      kind: 'faceCheck',
      phase: 'looking',
      triesLeft: 3,
      hint: say('outcomes.face.tooFar'),
    },
    step: 4,
  },
  faceNotMatched: {
    view: {
      kind: 'faceCheck',
      phase: 'notMatched',
      triesLeft: 2,
      hint: say('outcomes.face.tooDark'),
    },
    step: 4,
  },
  choosePlaces: {
    view: {
      kind: 'choosePlaces',
      places: [
        { place: 'HKG', allowed: true, fromFen: 1500 },
        { place: 'MAC', allowed: true, fromFen: 1500 },
      ],
      selected: ['HKG'],
    },
    step: 5,
    back: true,
  },
  choosePlacesOne: {
    view: {
      kind: 'choosePlaces',
      places: [
        { place: 'HKG', allowed: false, reason: unused },
        { place: 'MAC', allowed: true, fromFen: 1500 },
      ],
      selected: [],
    },
    step: 5,
    back: true,
  },
  chooseEndorsement: {
    view: {
      kind: 'chooseEndorsement',
      place: 'HKG',
      options: [
        {
          id: 'HKG-G-3M1',
          type: 'G',
          count: '3M1',
          allowed: false,
          reason: say('rules.reason.notListedCity'),
        },
        option('HKG', 'L', '3M1', 1500),
        option('HKG', 'L', '1Y1', 1500),
        option('HKG', 'L', '1Y2', 3000),
      ],
      selected: 'HKG-L-3M1',
    },
    step: 5,
    back: true,
  },
  chooseEndorsementLong: {
    view: {
      kind: 'chooseEndorsement',
      place: 'MAC',
      options: [
        option('MAC', 'L', '3M1', 1500),
        option('MAC', 'L', '3M2', 3000),
        option('MAC', 'L', '1Y1', 1500),
        option('MAC', 'L', '1Y2', 3000),
        option('MAC', 'G', '3M1', 1500),
        option('MAC', 'G', '3M2', 3000),
        option('MAC', 'G', '1Y1', 1500),
        option('MAC', 'S', '3M1', 1500),
        { id: 'MAC-T-3M1', type: 'T', count: '3M1', allowed: false, reason: counterOnly },
        { id: 'MAC-S-1Y9', type: 'S', count: '1Y9', allowed: false, reason: counterOnly },
        { id: 'MAC-D-1Y9', type: 'D', count: '1Y9', allowed: false, reason: counterOnly },
      ],
      selected: null,
    },
    step: 5,
    back: true,
  },
  checkAnswers: {
    view: {
      kind: 'checkAnswers',
      feeFen: 3000,
      rows: [
        { label: say('screens.check.name'), value: said('王*明 WANG') },
        { label: say('screens.check.permit'), value: said('C0000****1') },
        {
          label: say('screens.check.permitExpiry'),
          value: say('screens.check.date', { date: day('2028-07-11') }),
        },
        { label: say('terms.place.HKG'), value: endorsement('3M1', '2018-10-11'), change: 'HKG' },
        { label: say('terms.place.MAC'), value: endorsement('1Y1', '2019-07-11'), change: 'MAC' },
        { label: say('screens.check.collection'), value: say('screens.check.printedHere') },
        {
          label: say('screens.check.fee'),
          value: say('screens.check.amount', { amount: money(3000) }),
          strong: true,
        },
      ],
    },
    step: 6,
    back: true,
  },
  waitingDecision: {
    view: { kind: 'waiting', for: 'decision', progress: null, since: galleryTime - 12_000 },
    step: 6,
  },
  waitingPrinting: {
    view: {
      kind: 'waiting',
      for: 'backPrinting',
      progress: { done: 40, total: 100 },
      since: galleryTime - 3000,
    },
    step: 8,
  },
  pay: {
    view: {
      kind: 'pay',
      amountFen: 3000,
      orderNumber: '202611232021514790016827704416',
      codeText: 'https://pay.example.invalid/q/4231025000018807?amount=3000',
      deadline: deadline(87),
      seconds: 120,
    },
    step: 7,
  },
  takePermit: {
    view: { kind: 'takePermit', deadline: deadline(24), seconds: 30, succeeded: true },
    step: 9,
  },
  takePermitNotDone: {
    view: { kind: 'takePermit', deadline: deadline(24), seconds: 30, succeeded: false },
    step: 9,
  },
  rate: { view: { kind: 'rate' }, step: 9 },
  waitingSlip: { view: { kind: 'waiting', for: 'slip', progress: null, since: galleryTime - 3000 }, step: 9 },
  endingSuccess: {
    view: {
      kind: 'ending',
      tone: 'success',
      title: say('outcomes.completed.title'),
      detail: say('outcomes.completed.detail'),
      document: say('outcomes.document.returned'),
      money: say('outcomes.money.paid', { amount: money(3000) }),
      application: say('outcomes.application.done'),
      next: say('outcomes.next.ready'),
      slipNumber: 'ZT-0712-0043',
      deadline: deadline(45),
      seconds: 45,
    },
  },
  endingWarning: {
    view: {
      kind: 'ending',
      tone: 'warning',
      title: say('outcomes.writeFailed.title'),
      detail: say('outcomes.writeFailed.detail'),
      document: say('outcomes.document.returned'),
      money: say('outcomes.money.refundOwed', { amount: money(3000) }),
      application: say('outcomes.application.kept'),
      next: say('outcomes.next.counterFirst', { counter: '3' }),
      slipNumber: 'ZT-0712-0044',
      deadline: deadline(45),
      seconds: 45,
    },
  },
  endingError: {
    view: {
      kind: 'ending',
      tone: 'error',
      title: say('outcomes.refused.title'),
      detail: say('rules.refused.notOnRecord'),
      document: say('outcomes.document.stuck'),
      money: say('outcomes.money.unknown'),
      application: say('outcomes.application.ask'),
      next: say('outcomes.next.counter', { counter: '3' }),
      slipNumber: null,
      deadline: deadline(45),
      seconds: 45,
    },
  },
  dialogIdle: {
    view: { kind: 'consent' },
    step: 1,
    dialog: { kind: 'idle', deadline: deadline(18), seconds: 20 },
  },
  dialogLeave: { view: { kind: 'consent' }, step: 1, dialog: { kind: 'confirmLeave', paidFen: 3000 } },
  dialogStaff: { view: { kind: 'consent' }, step: 1, dialog: { kind: 'staffCalled' } },
};

export const plainPreferences: Preferences = {
  language: 'zh',
  largeText: false,
  highContrast: false,
  lowReach: false,
};

export function screenfulOf(name: string, preferences: Preferences, viewId: number): Screenful {
  const sample = samples[name];
  if (!sample) throw new Error(`There is no sample named ${name}.`);
  const resting =
    sample.view.kind === 'attract' || sample.view.kind === 'menu' || sample.view.kind === 'ending';
  return {
    viewId,
    view: sample.view,
    dialog: sample.dialog ?? null,
    preferences,
    hall: {
      nameZh: '林口县公安局出入境接待大厅',
      nameEn: 'Exit&Entry Administration Service Center,Public Security Bureau of Linkou County',
      counter: '3',
      hours: '08:30–17:00',
    },
    progress: sample.step
      ? {
          service: 'endorsement',
          step: steps[sample.step - 1] ?? 'consent',
          number: sample.step,
          of: steps.length,
        }
      : null,
    canGoBack: sample.back ?? false,
    canLeave: !resting,
  };
}
