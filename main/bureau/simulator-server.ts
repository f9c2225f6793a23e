/** The simulated bureau on a loopback socket, after `assets/bureau-api.yaml`, with its faults on the real line. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { z } from 'zod';
import type { Result } from '../../devices/result.ts';
import type { Clock } from '../session/clock.ts';
import {
  applicationNumberSchema,
  applicationSchema,
  holderQuerySchema,
  issuedSchema,
  type Problem,
  releaseSchema,
  requestIdSchema,
} from './messages.ts';
import type { BureauSimulator } from './simulator.ts';
import type { DeskRefusal } from './simulator-desk.ts';
import type { BureauOperation } from './simulator-faults.ts';

export interface SimulatorServerSettings {
  readonly simulator: Pick<BureauSimulator, 'desk' | 'faults'>;
  readonly clock: Clock;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** PEM. With `clientCa`, a terminal without a certificate of that authority is turned away. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
}

export interface SimulatorServer {
  /** As `terminal.json` would name it. */
  readonly url: string;
  close(): Promise<void>;
}

/** Largest request taken. */
const maxRequestBytes = 64 * 1024;
/** A request that takes longer to arrive is dropped. */
const requestTimeoutMs = 30_000;

type Reply = { readonly status: number; readonly body?: unknown };

interface Route {
  readonly operation: BureauOperation;
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  answer(request: { readonly number: string; readonly body: unknown; readonly requestId: string }): Reply;
}

/** Starts listening on 127.0.0.1. Rejects when the port is taken or the certificate cannot be used. */
export function startSimulatorServer({
  simulator,
  clock,
  port = 0,
  tls,
}: SimulatorServerSettings): Promise<SimulatorServer> {
  const { desk, faults } = simulator;
  const closing = new AbortController();

  const routes: readonly Route[] = [
    {
      operation: 'holder',
      method: 'POST',
      path: /^\/v1\/holders\/query$/,
      answer: ({ body }) =>
        read(holderQuerySchema, body, ({ documentNumber }) => reply(200, desk.holder(documentNumber))),
    },
    {
      operation: 'submit',
      method: 'POST',
      path: /^\/v1\/applications$/,
      answer: ({ body, requestId }) =>
        read(applicationSchema, body, (application) =>
          withRequestId(requestId, () => {
            const result = desk.submit(application, requestId);
            if (result.ok) faults.submitted();
            return reply(201, result);
          }),
        ),
    },
    {
      operation: 'decision',
      method: 'GET',
      path: /^\/v1\/applications\/([^/]+)\/decision$/,
      answer: ({ number }) => reply(200, desk.decision(number)),
    },
    {
      operation: 'release',
      method: 'POST',
      path: /^\/v1\/applications\/([^/]+)\/release$/,
      answer: ({ number, body, requestId }) =>
        read(releaseSchema, body, ({ why }) =>
          withRequestId(requestId, () => reply(204, desk.release(number, why, requestId))),
        ),
    },
    {
      operation: 'reportIssued',
      method: 'POST',
      path: /^\/v1\/applications\/([^/]+)\/issued$/,
      answer: ({ number, body, requestId }) =>
        read(issuedSchema, body, (issued) =>
          withRequestId(requestId, () => reply(204, desk.reportIssued(number, issued, requestId))),
        ),
    },
    {
      operation: 'time',
      method: 'GET',
      path: /^\/v1\/time$/,
      answer: () => ({ status: 200, body: { epochMilliseconds: desk.time() } }),
    },
  ];

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const route = routes.find((each) => each.method === request.method && each.path.test(path));
    if (!route) return send(response, problem(404, 'notFound', 'There is no such operation.'));
    const { slowMs, line } = faults.onRequest(route.operation);
    if (slowMs > 0) await clock.sleep(slowMs, closing.signal);
    if (line === 'unreachable') {
      request.socket.destroy();
      return;
    }
    const content = await readContent(request);
    if (content === null) return send(response, problem(413, 'tooLarge', 'The request is too large.'));
    if (line === 'timeOut') return;
    if (line === 'notAuthorised') {
      return send(response, problem(401, 'notAuthorised', 'The certificate is not accepted.'));
    }
    if (line === 'invalidAnswer') {
      response.writeHead(route.method === 'POST' && route.operation === 'submit' ? 201 : 200, {
        'content-type': 'application/json',
      });
      response.end('{"applicationNumber":');
      return;
    }
    const number = route.path.exec(path)?.[1] ?? '';
    const header = request.headers['idempotency-key'];
    const known = number === '' || applicationNumberSchema.safeParse(number).success;
    const answer = known
      ? route.answer({
          number,
          body: parseJson(content),
          requestId: typeof header === 'string' ? header : '',
        })
      : problem(404, 'notFound', 'No application of this number is on record.');
    if (line === 'answerLost') return;
    send(response, answer);
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response).catch(() => {
      if (!response.headersSent)
        send(response, problem(503, 'unavailable', 'The request could not be served.'));
    });
  };

  const server = tls
    ? createHttpsServer(
        {
          cert: tls.cert,
          key: tls.key,
          minVersion: 'TLSv1.2',
          ...(tls.clientCa ? { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true } : {}),
        },
        onRequest,
      )
    : createHttpServer(onRequest);
  server.requestTimeout = requestTimeoutMs;

  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address !== 'object' || address === null)
        throw new Error('a listening socket has an address');
      resolve({
        url: `${tls ? 'https' : 'http'}://127.0.0.1:${address.port}`,
        close: () =>
          new Promise((closed) => {
            closing.abort();
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/**
 * The body as text; `null` when it is too large, the rest then being read and thrown away so that the answer can be
 * heard. One that goes on and on is cut off.
 */
async function readContent(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new Error('a request without encoding yields buffers');
    length += chunk.length;
    if (length <= maxRequestBytes) chunks.push(chunk);
    else if (length > 16 * maxRequestBytes) throw new Error('far too large');
  }
  return length > maxRequestBytes ? null : Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body }: Reply): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  const content = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) })
    .end(content);
}

const problem = (status: number, code: Problem['code'], message: string): Reply => ({
  status,
  body: { code, message } satisfies Problem,
});

function reply<T>(status: number, result: Result<T, DeskRefusal>): Reply {
  if (result.ok) return result.value === undefined ? { status } : { status, body: result.value };
  return problem(result.error.code === 'notFound' ? 404 : 409, result.error.code, result.error.message);
}

function read<T>(schema: z.ZodType<T>, body: unknown, work: (value: T) => Reply): Reply {
  const parsed = schema.safeParse(body);
  return parsed.success
    ? work(parsed.data)
    : problem(
        400,
        'badRequest',
        `The request does not fit the interface at ${parsed.error.issues[0]?.path.join('.') || '(root)'}.`,
      );
}

const withRequestId = (requestId: string, work: () => Reply): Reply =>
  requestIdSchema.safeParse(requestId).success
    ? work()
    : problem(400, 'badRequest', 'An Idempotency-Key of 1 to 128 letters, digits and ._:- is needed.');

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
