/**
 * What `terminal.json` may say: which machine this is, where it stands, what is attached to it, and how long it
 * waits. The file is laid over the profile it names (`profiles/`), and the whole is checked against this schema:
 * every value is bounded and nothing unknown is let through, so that a slip of the pen is found at start-up and
 * not by an applicant. Each leaf states what it expects in words; those words are what a technician reads.
 */
import { z } from 'zod';
import { languages } from '../contract/message.ts';

/** Services that exist in this build; a profile can offer nothing else. */
export const serviceIds = ['endorsement'] as const;
export type ServiceId = (typeof serviceIds)[number];

/** Files of `assets/rules`. */
export const ruleSetIds = ['2018-07', 'current'] as const;

const whole = (what: string, min: number, max: number) => {
  const error = `a whole number of ${what} from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

const fraction = (what: string) => {
  const error = `${what}, a number from 0 to 1`;
  return z.number({ error }).min(0, { error }).max(1, { error });
};

const text = (what: string, min: number, max: number) => {
  const error = `${what}, text of ${min} to ${max} characters`;
  return z.string({ error }).min(min, { error }).max(max, { error });
};

const pattern = (what: string, expression: RegExp) =>
  z.string({ error: what }).regex(expression, { error: what });

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `one of ${values.map((value) => `"${value}"`).join(', ')}` });

const literal = <const T extends string>(value: T) => z.literal(value, { error: `"${value}"` });

const section = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `only the settings ${Object.keys(shape).join(', ')}`
        : `an object with the settings ${Object.keys(shape).join(', ')}`,
  });

/** Device node (`/dev/ttyUSB0`, a udev link) or `COM3`. */
const serialPath = pattern(
  'the absolute path of a serial device, or COM1 to COM999',
  /^(\/[\w.:+@/-]{1,200}|COM[1-9]\d{0,2})$/,
);

const baudRateError = 'a baud rate: 9600, 19200, 38400, 57600 or 115200';
const baudRate = z.union(
  [z.literal(9600), z.literal(19200), z.literal(38400), z.literal(57600), z.literal(115200)],
  {
    error: baudRateError,
  },
);

const serial = section({ adapter: literal('serial'), path: serialPath, baudRate });

const bureauUrl = z
  .string({ error: 'the address of the bureau, https://…, or http:// on this machine' })
  .refine(isBureauUrl, { error: 'the address of the bureau, https://…, or http:// on this machine' });

/** Clear HTTP is for a bureau simulator on the same machine only. */
function isBureauUrl(value: string): boolean {
  if (value.length > 300 || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  if (username !== '' || password !== '') return false;
  return (
    protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
  );
}

const filePath = (what: string) =>
  text(`${what}, a path from the folder of terminal.json or an absolute one`, 1, 300);

const callPolicy = {
  /** One attempt of one call. */
  timeoutMs: whole('milliseconds', 500, 60_000),
  /** Further attempts, with the same request id, after a time-out or a lost connection. */
  retries: whole('further attempts', 0, 5),
};

export const terminalConfigSchema = section({
  terminal: section({
    /** Stands on every slip and in every request to the bureau. */
    id: pattern(
      'an id such as LK-03: capitals and digits, groups joined by hyphens, at most 20',
      /^(?=.{2,20}$)[A-Z0-9]+(-[A-Z0-9]+)*$/,
    ),
    profile: text('the name of a profile', 1, 40),
  }),
  hall: section({
    /** As prescribed for the sign over the door. */
    nameZh: pattern(
      'XXX县公安局出入境接待大厅 or XXX市公安局出入境接待大厅',
      /^[\p{Script=Han}]{1,20}[县市]公安局出入境接待大厅$/u,
    ),
    nameEn: pattern(
      'Exit&Entry Administration Service Center,Public Security Bureau of XXX County (or City)',
      /^Exit&Entry Administration Service Center,Public Security Bureau of [A-Z][A-Za-z' -]{0,40} (County|City)$/,
    ),
    /** The counter that the terminal sends people to. */
    counter: pattern('the number of a counter, 1 to 4 digits or capitals', /^[0-9A-Z]{1,4}$/),
    hours: text('opening hours as shown, such as 08:30–17:00', 1, 60),
  }),
  region: section({
    /** GB/T 2260 code of the place whose bureau runs the hall. */
    division: pattern('a six-digit division code (GB/T 2260)', /^[1-8]\d{5}$/),
  }),
  rules: oneOf(ruleSetIds),
  services: z
    .array(oneOf(serviceIds), { error: 'a list of services' })
    .min(1, { error: 'at least one service' })
    .refine((services) => new Set(services).size === services.length, { error: 'each service once' }),
  devices: section({
    cardReader: section({
      adapter: literal('pcsc'),
      /** The PC/SC reader whose name contains this. */
      reader: text('part of the PC/SC name of the reader', 1, 100),
    }),
    /** `null`: the applicant types the line. */
    mrzReader: serial.nullable(),
    endorsementPrinter: serial,
    receiptPrinter: section({ adapter: literal('escpos-serial'), path: serialPath, baudRate }),
    portraitCamera: section({
      adapter: literal('uvc'),
      /** The video device whose label contains this; empty: the first. */
      label: text('part of the label of the camera', 0, 100),
    }),
  }),
  bureau: z.discriminatedUnion(
    'adapter',
    [
      section({ adapter: literal('simulator'), ...callPolicy }),
      section({
        adapter: literal('http'),
        ...callPolicy,
        url: bureauUrl,
        /** PEM files; `null`: the server is checked against the system's authorities and asks for no certificate. */
        mtls: section({
          cert: filePath('certificate of this terminal'),
          key: filePath('private key of this terminal'),
          ca: filePath('certificate of the bureau’s authority').optional(),
        })
          .nullable()
          .default(null),
      }),
    ],
    { error: 'an object whose adapter is "simulator" or "http"' },
  ),
  payments: section({ adapter: literal('simulator'), ...callPolicy }),
  trust: section({
    /** Country signing certificates (CSCA, DER or PEM) that a permit's chip must lead back to. */
    cscaFolder: filePath('folder of country signing certificates'),
    /** `true`: a permit whose signer cannot be verified is refused, not only one that is forged. */
    requireGenuine: z.boolean({ error: 'true or false' }),
  }),
  face: section({
    /** At or above each of the three the live face is taken for the holder's. */
    minSimilarity: fraction('the least likeness'),
    minReal: fraction('the least anti-spoof score'),
    minLive: fraction('the least liveness score'),
    tries: whole('tries', 1, 5),
    secondsPerTry: whole('seconds', 5, 60),
    /** Usable frames compared in one try; their median counts. */
    framesPerTry: whole('frames', 1, 15),
  }),
  journal: section({
    /** Days after which the key that opens an applicant's data is destroyed. */
    retentionDays: whole('days', 1, 3650),
    /** First letters of every slip number. */
    slipPrefix: pattern('1 to 4 capitals or digits', /^[A-Z0-9]{1,4}$/),
  }),
  timeouts: section({
    /** Without touch before the idle warning. */
    idleSeconds: whole('seconds', 10, 600),
    /** The warning's own count-down. */
    idleWarningSeconds: whole('seconds', 5, 120),
    /** As `idleSeconds`, on a page with something to fill in. */
    formIdleSeconds: whole('seconds', 30, 900),
    insertSeconds: whole('seconds', 10, 300),
    confirmSeconds: whole('seconds', 10, 300),
    /** The bureau's decision on an application. */
    decisionSeconds: whole('seconds', 5, 600),
    /** A payment order closes by itself after this. */
    paymentSeconds: whole('seconds', 30, 900),
    /** A permit held out and not taken is retained after this. */
    takeCardSeconds: whole('seconds', 10, 300),
    endingSeconds: whole('seconds', 5, 300),
  }),
  screen: section({
    size: section({ width: whole('pixels', 800, 7680), height: whole('pixels', 600, 7680) }),
    /** Language at the beginning of every session. */
    language: oneOf(languages),
  }),
});

/** A checked configuration: the profile with the hall's own file laid over it. */
export type TerminalConfig = z.infer<typeof terminalConfigSchema>;
