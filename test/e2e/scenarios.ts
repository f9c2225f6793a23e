/** What can happen to somebody who wants an endorsement, and how it has to end. */
import { formatPermitLine } from '../../devices/permit/mrz.ts';
import { systemClock } from '../../main/session/clock.ts';
import { person } from '../../main/simulation/people.ts';
import type { Habits, Stage } from './walk.ts';
import { usualHabits } from './walk.ts';

export interface Scenario {
  readonly id: string;
  readonly story: string;
  /** Id of the invented person. */
  readonly person: string;
  /** Id of the outcome in the journal. */
  readonly outcome: string;
  /** Number of the portrait that stands before the camera; the person's own when left out. */
  readonly camera?: number;
  /** Waits as short as the configuration allows, where the scenario is to wait them out. */
  readonly impatient?: boolean;
  readonly habits?: (usual: Habits) => Habits;
  /** Kills the terminal when the phone has paid and starts it again. */
  readonly powerCut?: boolean;
}

const fault = (stage: Stage, device: string, name: string, active = true) =>
  stage.bench({ type: 'fault', device, fault: name, active });

/** Sets a fault when the view appears, and goes on as usual. */
const withFault =
  (view: keyof Habits, device: string, name: string) =>
  (usual: Habits): Habits => ({
    ...usual,
    [view]: async (stage: Stage, seen: Parameters<NonNullable<Habits['consent']>>[1]) => {
      await fault(stage, device, name);
      await usual[view]?.(stage, seen);
    },
  });

/** What of the printed line has to be typed: all but the `CS` and the fillers, which stand there already. */
function charactersToType(id: string): readonly string[] {
  const holder = person(id, systemClock.today());
  if (!holder) throw new Error(`nobody is called ${id}`);
  const short = (date: string) => date.slice(2).replaceAll('-', '');
  const line = formatPermitLine({
    documentType: 'CS',
    documentNumber: holder.documentNumber,
    dateOfBirth: short(holder.dateOfBirth),
    dateOfExpiry: short(holder.dateOfExpiry),
  });
  return [...line.slice(2).replaceAll('<', '')];
}

export const scenarios: readonly Scenario[] = [
  { id: 'none', story: 'Everything goes well', person: 'p01', outcome: 'completed' },
  {
    id: 'card-mute',
    story: 'The chip never answers',
    person: 'p01',
    outcome: 'permitUnusable',
    habits: withFault('insertPermit', 'cardReader', 'mute'),
  },
  {
    id: 'card-pulled',
    story: 'The card is pulled while it is read, then inserted again',
    person: 'p01',
    outcome: 'completed',
    habits: (usual) => {
      let times = 0;
      return {
        ...usual,
        insertPermit: async (stage, seen) => {
          await fault(stage, 'cardReader', 'pulled', times++ === 0);
          await usual.insertPermit?.(stage, seen);
        },
      };
    },
  },
  {
    id: 'line-unreadable',
    story: 'The printed line cannot be read by the machine and is typed',
    person: 'p01',
    outcome: 'completed',
    habits: (usual) => ({
      ...usual,
      consent: async (stage, seen) => {
        await fault(stage, 'mrzReader', 'misread');
        await usual.consent?.(stage, seen);
      },
      mrzEntry: async (stage) => {
        for (const character of charactersToType('p01')) await stage.touch(`key-${character}`);
        await stage.picture('line-typed');
        await stage.touch('submit-mrz');
      },
    }),
  },
  { id: 'expired', story: 'The permit has expired', person: 'p14', outcome: 'refused' },
  { id: 'hold', story: 'An authority holds the permit', person: 'p27', outcome: 'refused' },
  {
    id: 'unused-left',
    story: 'Both places still have an unused endorsement',
    person: 'p42',
    outcome: 'refused',
  },
  {
    id: 'face-fails',
    story: 'Somebody else stands at the machine',
    person: 'p01',
    camera: 2,
    outcome: 'faceFailed',
  },
  {
    id: 'bureau-denies',
    story: 'The bureau does not approve',
    person: 'p51',
    outcome: 'denied',
  },
  {
    id: 'bureau-times-out',
    story: 'The bureau never decides',
    person: 'p01',
    outcome: 'decisionTimedOut',
    impatient: true,
    habits: withFault('checkAnswers', 'bureau', 'neverDecides'),
  },
  {
    id: 'bureau-unreachable',
    story: 'The bureau cannot be reached',
    person: 'p01',
    outcome: 'bureauUnreachable',
    habits: withFault('consent', 'bureau', 'unreachable'),
  },
  {
    id: 'payment-late',
    story: 'The payment shows three seconds after the phone has paid',
    person: 'p01',
    outcome: 'completed',
    habits: withFault('pay', 'paymentPhone', 'late'),
  },
  {
    id: 'payment-duplicated',
    story: 'The phone pays twice',
    person: 'p01',
    outcome: 'completed',
    habits: withFault('pay', 'paymentPhone', 'duplicated'),
  },
  {
    id: 'payment-wrong-amount',
    story: 'The phone pays another amount',
    person: 'p01',
    outcome: 'paymentWrongAmount',
    habits: withFault('pay', 'paymentPhone', 'wrongAmount'),
  },
  {
    id: 'payment-refused',
    story: 'The bank refuses the payment',
    person: 'p01',
    outcome: 'paymentRefused',
    habits: withFault('pay', 'paymentPhone', 'refused'),
  },
  {
    id: 'payment-never',
    story: 'Nobody pays',
    person: 'p01',
    outcome: 'paymentTimedOut',
    impatient: true,
    habits: (usual) => ({ ...usual, pay: async () => {} }),
  },
  {
    id: 'payment-unreachable',
    story: 'The provider is gone once the phone has paid',
    person: 'p01',
    outcome: 'paymentUnknown',
    impatient: true,
    habits: withFault('pay', 'paymentPhone', 'unreachableAfterPayment'),
  },
  {
    id: 'cancelled-at-payment',
    story: 'The applicant leaves instead of paying',
    person: 'p01',
    outcome: 'cancelled',
    habits: (usual) => ({
      ...usual,
      pay: async (stage) => {
        await stage.touch('cancel');
        await stage.picture('leave-dialog');
        await stage.touch('confirm-leave');
      },
    }),
  },
  {
    id: 'chip-full',
    story: 'There is no room left in the chip',
    person: 'p01',
    outcome: 'writeFailed',
    habits: withFault('insertPermit', 'cardReader', 'endorsementFileFull'),
  },
  {
    id: 'printer-fails',
    story: 'The endorsement printer fails once the fee is paid',
    person: 'p01',
    outcome: 'printFailed',
    habits: withFault('pay', 'endorsementPrinter', 'headFault'),
  },
  {
    id: 'slip-paper-out',
    story: 'There is no paper for the slip',
    person: 'p01',
    outcome: 'completed',
    habits: withFault('pay', 'receiptPrinter', 'paperOut'),
  },
  {
    id: 'card-left',
    story: 'Nobody takes the card',
    person: 'p01',
    outcome: 'permitRetained',
    impatient: true,
    habits: (usual) => ({ ...usual, takePermit: async () => {} }),
  },
  {
    id: 'walks-away',
    story: 'The applicant walks away with the card inside',
    person: 'p01',
    outcome: 'idle',
    impatient: true,
    habits: (usual) => ({
      ...usual,
      choosePlaces: async (stage) => {
        await stage.page.waitForSelector('[data-action="more-time"]', { timeout: 60_000 });
        await stage.picture('idle-dialog');
      },
      takePermit: async () => {},
    }),
  },
  {
    id: 'renderer-killed',
    story: 'The process of the applicant screen dies in the middle',
    person: 'p01',
    outcome: 'completed',
    habits: (usual) => ({
      ...usual,
      checkAnswers: async (stage, seen) => {
        await stage.killRenderer();
        await usual.checkAnswers?.(stage, seen);
      },
    }),
  },
  {
    id: 'power-cut',
    story: 'The power goes right after the payment',
    person: 'p01',
    outcome: 'recovered',
    powerCut: true,
  },
];

/** How a scenario's person behaves. */
export function habitsOf(scenario: Scenario, language: string): Habits {
  const usual = usualHabits(scenario.person, language);
  return scenario.habits ? scenario.habits(usual) : usual;
}
