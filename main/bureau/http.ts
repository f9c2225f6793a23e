/**
 * The bureau over HTTP(S), after `assets/bureau-api.yaml`. Every call is safe to repeat: what changes something
 * carries its request id as `Idempotency-Key`, so a lost connection, a time-out or a 5xx is answered by the same
 * request again, after a growing pause.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { z } from 'zod';
import { fail, ok, type Result } from '../../devices/result.ts';
import type { Clock } from '../session/clock.ts';
import {
  decisionSchema,
  holderRecordSchema,
  problemSchema,
  submittedSchema,
  timeSchema,
} from './messages.ts';
import type { Bureau, BureauError, BureauErrorCode, BureauResult, CallOptions } from './port.ts';

export interface HttpBureauSettings {
  /** Where `/v1` is found: `https://…`, or `http://` to a simulator on this machine. */
  readonly url: string;
  /** Further attempts after a time-out, a lost connection or a 5xx. */
  readonly retries: number;
  /** PEM. Client certificate and key of this terminal, and the authority that the bureau's certificate leads to. */
  readonly tls?: { readonly cert?: string; readonly key?: string; readonly ca?: string };
  readonly clock: Clock;
  /** Pause before the first repetition, milliseconds; doubles up to `maxBackoffMs`. */
  readonly backoffMs?: number;
  readonly maxBackoffMs?: number;
}

export interface HttpBureau extends Bureau {
  /** Closes the connections kept open. */
  close(): void;
}

/** No answer of the interface comes near it. */
const maxAnswerBytes = 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly requestId?: string;
}

/**
 * @returns the bureau, or why the address or the certificates cannot be used, in a sentence for the technician
 */
export function createHttpBureau(settings: HttpBureauSettings): Result<HttpBureau, string> {
  const { clock, retries, tls, backoffMs = 250, maxBackoffMs = 4000 } = settings;
  if (!URL.canParse(settings.url)) return fail('The address of the bureau is not a URL.');
  const base = new URL(settings.url.endsWith('/') ? settings.url : `${settings.url}/`);
  const secure = base.protocol === 'https:';
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(base.hostname);
  if (!secure && !(base.protocol === 'http:' && loopback)) {
    return fail('The address of the bureau has to begin with https://, or lead to this machine.');
  }
  if (tls) {
    try {
      createSecureContext(tls);
    } catch {
      return fail(
        'The certificate, key or authority for the bureau cannot be used; they have to be PEM and fit.',
      );
    }
  }
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 4, minVersion: 'TLSv1.2', ...tls })
    : new HttpAgent({ keepAlive: true, maxSockets: 4 });

  const open = (url: URL, options: RequestOptions): ClientRequest =>
    secure ? httpsRequest(url, { ...options, agent }) : httpRequest(url, { ...options, agent });

  const attempt = (call: Call, { timeoutMs, signal }: CallOptions): Promise<Result<Answer, BureauError>> =>
    new Promise((resolve) => {
      const content = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
      const request = open(new URL(call.path, base), {
        method: call.method,
        headers: {
          accept: 'application/json',
          ...(content ? { 'content-type': 'application/json', 'content-length': content.length } : {}),
          ...(call.requestId ? { 'idempotency-key': call.requestId } : {}),
        },
      });
      const finish = (result: Result<Answer, BureauError>) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        resolve(result);
        if (!result.ok) request.destroy();
      };
      const onAbort = () => finish(error('canceled'));
      // A whole answer within the time, not only its first byte: a socket's own time-out would not see trickling.
      const timer = setTimeout(() => finish(error('timeOut')), timeoutMs);
      signal.addEventListener('abort', onAbort, { once: true });
      request.on('error', (cause: NodeJS.ErrnoException) => {
        finish(error('unreachable', `The bureau cannot be reached (${cause.code ?? 'connection lost'}).`));
      });
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxAnswerBytes) finish(error('invalidAnswer', 'The answer is too long.'));
          else chunks.push(chunk);
        });
        response.on('error', () => finish(error('unreachable')));
        response.on('aborted', () => finish(error('unreachable')));
        response.on('end', () =>
          finish(ok({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') })),
        );
      });
      request.end(content);
    });

  const exchange = async (call: Call, options: CallOptions): Promise<Result<Answer, BureauError>> => {
    for (let repeated = 0; ; repeated++) {
      if (options.signal.aborted) return error('canceled');
      const result = await attempt(call, options);
      const again = result.ok
        ? result.value.status >= 500
        : result.error.code === 'timeOut' || result.error.code === 'unreachable';
      if (!again) return result;
      if (repeated >= retries) {
        return result.ok
          ? error('unreachable', `The bureau answers with status ${result.value.status}.`)
          : result;
      }
      await clock.sleep(Math.min(backoffMs * 2 ** repeated, maxBackoffMs), options.signal);
    }
  };

  const ask = async <T>(
    call: Call,
    options: CallOptions,
    status: number,
    read: (body: string) => Result<T, BureauError>,
  ): BureauResult<T> => {
    const result = await exchange(call, options);
    if (!result.ok) return result;
    return result.value.status === status ? read(result.value.body) : refusal(result.value);
  };

  const application = (number: string, what: string) =>
    `v1/applications/${encodeURIComponent(number)}/${what}`;

  return ok({
    async holder(documentNumber, options) {
      const call = { method: 'POST', path: 'v1/holders/query', body: { documentNumber } } as const;
      const record = await ask(call, options, 200, reader(holderRecordSchema));
      if (record.ok && record.value.documentNumber !== documentNumber) {
        return error('invalidAnswer', 'The bureau answered about another document.');
      }
      return record;
    },
    submit: (body, requestId, options) =>
      ask(
        { method: 'POST', path: 'v1/applications', body, requestId },
        options,
        201,
        reader(submittedSchema),
      ),
    decision: (number, options) =>
      ask({ method: 'GET', path: application(number, 'decision') }, options, 200, reader(decisionSchema)),
    release: (number, why, requestId, options) =>
      ask(
        { method: 'POST', path: application(number, 'release'), body: { why }, requestId },
        options,
        204,
        nothing,
      ),
    reportIssued: (number, { orderNumber, backPrinted }, requestId, options) =>
      ask(
        {
          method: 'POST',
          path: application(number, 'issued'),
          body: { orderNumber, backPrinted },
          requestId,
        },
        options,
        204,
        nothing,
      ),
    async time(options) {
      const answer = await ask({ method: 'GET', path: 'v1/time' }, options, 200, reader(timeSchema));
      return answer.ok ? ok(answer.value.epochMilliseconds) : answer;
    },
    close() {
      agent.destroy();
    },
  });
}

const nothing = (): Result<void, BureauError> => ok(undefined);

const reader =
  <T>(schema: z.ZodType<T>) =>
  (body: string): Result<T, BureauError> => {
    const parsed = schema.safeParse(parseJson(body));
    if (parsed.success) return ok(parsed.data);
    // The path alone: a value could be somebody's.
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    return error('invalidAnswer', `The answer does not fit the interface${path ? ` at ${path}` : ''}.`);
  };

/** What a status other than the expected one means; the bureau's own sentence is not passed on, it is not ours. */
function refusal({ status, body }: Answer): Result<never, BureauError> {
  const problem = problemSchema.safeParse(parseJson(body));
  if (!problem.success)
    return error('invalidAnswer', `The bureau answers with status ${status} and no reason.`);
  if (status === 404 && problem.data.code === 'notFound') return error('notFound');
  if (status === 401 || status === 403) return error('notAuthorised');
  if (status === 409 && problem.data.code === 'refused') return error('refused');
  if (status === 400 || status === 413)
    return error('refused', `The bureau does not take the request (${status}).`);
  return error('invalidAnswer', `The bureau answers with status ${status}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const texts: Record<BureauErrorCode, string> = {
  timeOut: 'The bureau did not answer in time.',
  unreachable: 'The bureau cannot be reached.',
  invalidAnswer: 'The bureau answered something its interface does not allow.',
  notFound: 'The bureau does not know what was asked for.',
  refused: 'The bureau refuses the request.',
  notAuthorised: 'The bureau does not accept this terminal.',
  canceled: 'The call was given up.',
};

const error = (code: BureauErrorCode, text: string = texts[code]): Result<never, BureauError> =>
  fail({ code, message: text });
