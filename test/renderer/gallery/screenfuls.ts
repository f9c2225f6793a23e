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

/** A message of which only the parameter is said: the price of an option is exactly that. */
const said = (param: NonNullable<Message['params']>[string]): Message => ({
  key: 'screens.chooseEndorsement.price',
  params: { amount: param },
});

const reason: Message = { key: 'screens.chooseEndorsement.note', params: { counter: '3' } };
const problem: Message = { key: 'screens.insertPermit.helpPush' };

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
  attractClosed: { view: { kind: 'attract', services: [], outOfService: reason } },
  menu: { view: { kind: 'menu', items: [{ service: 'endorsement', minutes: 3, available: true }] } },
  menuUnavailable: {
    view: { kind: 'menu', items: [{ service: 'endorsement', minutes: 3, available: false, reason }] },
  },
  consent: { view: { kind: 'consent' }, step: 1 },
  insertPermit: { view: { kind: 'insertPermit', problem: null }, step: 2, back: true },
  insertPermitProblem: { view: { kind: 'insertPermit', problem }, step: 2, back: true },
  mrzEntry: { view: { kind: 'mrzEntry', problem: null }, step: 2, back: true },
  mrzEntryProblem: {
    view: {
      kind: 'mrzEntry',
      problem: { part: 'dateOfExpiry', message: { key: 'screens.mrzEntry.incomplete' } },
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
      hint: { key: 'screens.faceCheck.lookingTitle' },
    },
    step: 4,
  },
  faceNotMatched: {
    view: {
      kind: 'faceCheck',
      phase: 'notMatched',
      triesLeft: 2,
      hint: { key: 'screens.faceCheck.readyLead' },
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
        { place: 'HKG', allowed: false, reason },
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
        { id: 'HKG-G-3M1', type: 'G', count: '3M1', allowed: false, reason },
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
        { id: 'MAC-T-3M1', type: 'T', count: '3M1', allowed: false, reason },
        { id: 'MAC-S-1Y9', type: 'S', count: '1Y9', allowed: false, reason },
        { id: 'MAC-D-1Y9', type: 'D', count: '1Y9', allowed: false, reason },
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
        { label: { key: 'screens.ending.document' }, value: said('王*明 WANG MING') },
        { label: { key: 'screens.mrzEntry.part.documentNumber' }, value: said('C0000****1') },
        { label: { key: 'screens.mrzEntry.part.dateOfExpiry' }, value: said(day('2028-07-11')) },
        {
          label: { key: 'terms.place.HKG' },
          value: {
            key: 'screens.chooseEndorsement.option',
            params: { type: text('terms.type.L'), count: text('terms.count.3M1') },
          },
          change: 'HKG',
        },
        {
          label: { key: 'terms.place.MAC' },
          value: {
            key: 'screens.chooseEndorsement.option',
            params: { type: text('terms.type.L'), count: text('terms.count.1Y1') },
          },
          change: 'MAC',
        },
        { label: { key: 'screens.ending.money' }, value: said(money(3000)), strong: true },
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
      progress: { done: 2, total: 5 },
      since: galleryTime - 3000,
    },
    step: 8,
  },
  pay: {
    view: {
      kind: 'pay',
      amountFen: 3000,
      orderNumber: '4231025000018807',
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
  endingSuccess: {
    view: {
      kind: 'ending',
      tone: 'success',
      title: { key: 'screens.takePermit.leadDone' },
      detail: { key: 'screens.waiting.backPrinting.expect' },
      document: { key: 'screens.waiting.cancellation.expect' },
      money: { key: 'screens.confirmLeave.paid', params: { amount: money(3000) } },
      application: { key: 'screens.staffCalled.detail' },
      next: { key: 'screens.attract.closedLead', params: { counter: '3' } },
      slipNumber: 'ZT-0712-0043',
      deadline: deadline(45),
      seconds: 45,
    },
  },
  endingError: {
    view: {
      kind: 'ending',
      tone: 'error',
      title: { key: 'screens.attract.closedTitle' },
      detail: { key: 'screens.confirmLeave.document' },
      document: { key: 'screens.waiting.cancellation.expect' },
      money: { key: 'screens.confirmLeave.unpaid' },
      application: { key: 'screens.staffCalled.detail' },
      next: { key: 'screens.attract.closedLead', params: { counter: '3' } },
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
