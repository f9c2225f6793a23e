import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttpBureau, type HttpBureau, type HttpBureauSettings } from '../../../main/bureau/http.ts';
import { type SimulatorServer, startSimulatorServer } from '../../../main/bureau/simulator-server.ts';
import { type Clock, systemClock } from '../../../main/session/clock.ts';
import { bureauContract } from './bureau-contract.ts';
import { type Authority, createAuthority, type Identity } from './certificates.ts';
import { applicationOf, callOptions, someone, testClock, testSimulator } from './fixtures.ts';

function httpBureau(settings: Partial<HttpBureauSettings> & { url: string }): HttpBureau {
  const bureau = createHttpBureau({ retries: 0, clock: systemClock, ...settings });
  if (!bureau.ok) throw new Error(bureau.error);
  return bureau.value;
}

bureauContract('the bureau over HTTP', async (clock) => {
  const simulator = testSimulator(clock);
  const server = await startSimulatorServer({ simulator, clock });
  const bureau = httpBureau({ url: server.url });
  return {
    bureau,
    faults: simulator.faults,
    async close() {
      bureau.close();
      await server.close();
      simulator.close();
    },
  };
});

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server of the test's own making. */
async function serverOf(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  // A listening TCP server has an AddressInfo.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function opened(settings: Partial<HttpBureauSettings> & { url: string }): HttpBureau {
  const bureau = httpBureau(settings);
  closers.push(() => bureau.close());
  return bureau;
}

const failure = (code: string) => ({ ok: false, error: { code, message: expect.any(String) } });
const json = (body: unknown) => JSON.stringify(body);

describe('answers the interface does not allow', () => {
  const { record, documentNumber } = someone('p01');
  it.each([
    ['no JSON', 200, 'hello'],
    ['JSON cut off', 200, '{"documentNumber":"C000'],
    ['nothing', 200, ''],
    ['another shape', 200, '[]'],
    ['a field missing', 200, json({ ...record, hold: undefined })],
    ['a wrong word', 200, json({ ...record, documentStatus: 'fine' })],
    ['a date that does not exist', 200, json({ ...record, endorsements: [{ ...badDate() }] })],
    ['another document', 200, json({ ...record, documentNumber: 'C99999999' })],
    ['a status it does not name', 302, ''],
    ['a refusal without a reason', 404, '<html>'],
    ['a success of another operation', 204, ''],
    ['bytes that are no text', 200, Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ])('%s', async (_, status, body) => {
    const url = await serverOf((_request, response) => response.writeHead(status).end(body));
    const answer = await opened({ url }).holder(documentNumber, callOptions());
    expect(answer).toEqual(failure('invalidAnswer'));
    expect(json(answer)).not.toContain(documentNumber);
  });

  it('a huge body, without reading it to the end', async () => {
    let sent = 0;
    const url = await serverOf((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      const more = () => {
        while (sent < 512 * 1024 * 1024 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
      };
      more();
    });
    expect(await opened({ url }).time(callOptions())).toEqual(failure('invalidAnswer'));
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('a newer answer with more fields is understood', async () => {
    const url = await serverOf((_request, response) => response.end(json({ ...record, added: true })));
    expect(await opened({ url }).holder(documentNumber, callOptions())).toEqual({ ok: true, value: record });
  });

  function badDate() {
    return {
      place: 'HKG',
      type: 'L',
      count: '3M1',
      issuedOn: '2026-02-30',
      validUntil: '2026-05-29',
      entriesUsed: 0,
    };
  }
});

describe('repeating', () => {
  interface Seen {
    readonly key: string | undefined;
    readonly body: string;
  }
  /** Fails the first calls in some way, then takes the application. */
  async function flaky(failures: number, fail: RequestListener): Promise<{ url: string; seen: Seen[] }> {
    const seen: Seen[] = [];
    const url = await serverOf(async (request, response) => {
      seen.push({ key: headerOf(request), body: await bodyOf(request) });
      if (seen.length <= failures) fail(request, response);
      else response.writeHead(201).end(json({ applicationNumber: '231025260000001' }));
    });
    return { url, seen };
  }
  const pauses: number[] = [];
  const impatient: Clock = {
    ...systemClock,
    async sleep(ms) {
      pauses.push(ms);
    },
  };

  it.each<[string, RequestListener]>([
    ['a lost connection', (request) => request.socket.destroy()],
    [
      'an answer broken off',
      (request, response) => {
        response.writeHead(201, { 'content-length': 100 });
        response.write('{', () => request.socket.destroy());
      },
    ],
    ['status 503', (_request, response) => response.writeHead(503).end()],
  ])('%s, with the same request id and the same content', async (_, fail) => {
    pauses.length = 0;
    const { url, seen } = await flaky(3, fail);
    const bureau = opened({ url, retries: 3, clock: impatient, backoffMs: 100, maxBackoffMs: 300 });
    const answer = await bureau.submit(applicationOf('p01'), 'request-1', callOptions());
    expect(answer).toEqual({ ok: true, value: { applicationNumber: '231025260000001' } });
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(({ key, body }) => `${key} ${body}`)).size).toBe(1);
    expect(seen[0]?.key).toBe('request-1');
    expect(pauses).toEqual([100, 200, 300]);
  });

  it('a time-out', async () => {
    const { url, seen } = await flaky(1, () => {});
    const bureau = opened({ url, retries: 1, clock: impatient });
    expect(await bureau.submit(applicationOf('p01'), 'request-1', callOptions(300))).toMatchObject({
      ok: true,
    });
    expect(seen).toHaveLength(2);
  });

  it('ends after the allowed number', async () => {
    const { url, seen } = await flaky(99, (_request, response) => response.writeHead(500).end());
    const bureau = opened({ url, retries: 2, clock: impatient });
    expect(await bureau.submit(applicationOf('p01'), 'request-1', callOptions())).toEqual(
      failure('unreachable'),
    );
    expect(seen).toHaveLength(3);
  });

  it('never happens to a refusal', async () => {
    const { url, seen } = await flaky(99, (_request, response) =>
      response.writeHead(409).end(json({ code: 'refused', message: 'no' })),
    );
    const bureau = opened({ url, retries: 5, clock: impatient });
    expect(await bureau.submit(applicationOf('p01'), 'request-1', callOptions())).toEqual(failure('refused'));
    expect(seen).toHaveLength(1);
  });

  it('makes one application of a submission whose answer was lost', async () => {
    const clock = testClock();
    const simulator = testSimulator(clock);
    const server = await startSimulatorServer({ simulator, clock });
    closers.push(
      () => simulator.close(),
      () => server.close(),
    );
    simulator.faults.set({ kind: 'answerLost' }, { operations: ['submit'], times: 1 });
    const bureau = opened({ url: server.url, retries: 1, clock: impatient });
    expect(await bureau.submit(applicationOf('p01'), 'request-1', callOptions(400))).toMatchObject({
      ok: true,
    });
    const next = await bureau.submit(applicationOf('p02'), 'request-2', callOptions());
    expect(next).toMatchObject({ value: { applicationNumber: expect.stringMatching(/0000002$/) } });
  });

  it('stops when the call is given up during a pause', async () => {
    const { url } = await flaky(99, (request) => request.socket.destroy());
    const giveUp = new AbortController();
    const clock: Clock = {
      ...systemClock,
      async sleep() {
        giveUp.abort();
      },
    };
    const bureau = opened({ url, retries: 5, clock });
    expect(await bureau.time(callOptions(5000, giveUp.signal))).toEqual(failure('canceled'));
  });
});

describe('waiting', () => {
  it('ends although the answer trickles in', async () => {
    const url = await serverOf((_request, response) => {
      response.writeHead(200);
      const trickle = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(trickle));
    });
    expect(await opened({ url }).time(callOptions(150))).toEqual(failure('timeOut'));
  });

  it('ends at once where nobody listens', async () => {
    const url = await serverOf(() => {});
    for (const close of closers.splice(0)) await close();
    expect(await opened({ url }).time(callOptions())).toEqual(failure('unreachable'));
  });
});

describe('TLS', () => {
  let ours: Authority;
  let server: Identity;
  let terminal: Identity;
  let stranger: Identity & { readonly ca: string };
  beforeAll(() => {
    ours = createAuthority('Bureau test authority');
    server = ours.issue('bureau');
    terminal = ours.issue('LK-03');
    const other = createAuthority('Another test authority');
    stranger = { ...other.issue('LK-03'), ca: other.ca };
  });

  async function secureServer(): Promise<SimulatorServer> {
    const clock = testClock();
    const simulator = testSimulator(clock);
    const started = await startSimulatorServer({ simulator, clock, tls: { ...server, clientCa: ours.ca } });
    closers.push(
      () => simulator.close(),
      () => started.close(),
    );
    return started;
  }

  it('lets both ends know each other by their certificates', async () => {
    const { url } = await secureServer();
    expect(url).toMatch(/^https:/);
    const bureau = opened({ url, tls: { ca: ours.ca, ...terminal } });
    expect(await bureau.submit(applicationOf('p01'), 'request-1', callOptions())).toMatchObject({ ok: true });
  });

  it('turns away a terminal without a certificate, or with a stranger’s', async () => {
    const { url } = await secureServer();
    expect(await opened({ url, tls: { ca: ours.ca } }).time(callOptions())).toEqual(failure('unreachable'));
    const bureau = opened({ url, tls: { ca: ours.ca, cert: stranger.cert, key: stranger.key } });
    expect(await bureau.time(callOptions())).toEqual(failure('unreachable'));
  });

  it('does not talk to a bureau it cannot verify', async () => {
    const { url } = await secureServer();
    expect(await opened({ url, tls: { ...terminal, ca: stranger.ca } }).time(callOptions())).toEqual(
      failure('unreachable'),
    );
  });

  it('says at once when certificate and key do not fit, or are none', () => {
    const url = 'https://bureau.example';
    const settings = { url, retries: 0, clock: systemClock };
    expect(createHttpBureau({ ...settings, tls: { cert: terminal.cert, key: server.key } })).toMatchObject({
      ok: false,
    });
    expect(
      createHttpBureau({ ...settings, tls: { ca: 'no certificate', cert: 'x', key: 'y' } }),
    ).toMatchObject({
      ok: false,
    });
  });
});

it.each(['bureau.example', 'http://bureau.example', 'ftp://127.0.0.1', ''])(
  'refuses the address %j',
  (url) => {
    expect(createHttpBureau({ url, retries: 0, clock: systemClock })).toMatchObject({ ok: false });
  },
);

describe('the simulator’s server', () => {
  async function plainServer(): Promise<SimulatorServer> {
    const clock = testClock();
    const simulator = testSimulator(clock);
    const started = await startSimulatorServer({ simulator, clock });
    closers.push(
      () => simulator.close(),
      () => started.close(),
    );
    return started;
  }

  it.each([
    ['POST', '/v1/applications', 'no JSON', 400],
    ['POST', '/v1/applications', json({ ...applicationOf('p01'), ethnicGroup: '01' }), 400],
    ['POST', '/v1/applications', json(applicationOf('p01')), 400],
    ['POST', '/v1/holders/query', ' '.repeat(100_000), 413],
    ['GET', '/v1/applications', undefined, 404],
    ['GET', '/', undefined, 404],
  ])('answers %s %s with a reason', async (method, path, body, status) => {
    const { url } = await plainServer();
    const response = await fetch(url + path, { method, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ code: expect.any(String), message: expect.any(String) });
  });

  it('goes on after a request that never ends or is no HTTP', async () => {
    const { url } = await plainServer();
    const { port } = new URL(url);
    for (const bytes of [
      '\0\x01\x02 nonsense\r\n\r\n',
      'POST /v1/applications HTTP/1.1\r\nContent-Length: 9\r\n\r\n{',
    ]) {
      const socket = connect(Number(port), '127.0.0.1');
      closers.push(() => socket.destroy());
      await new Promise<void>((written) => {
        socket.on('error', () => {});
        socket.write(bytes, () => written());
      });
    }
    expect(await opened({ url }).time(callOptions())).toMatchObject({ ok: true });
  });
});

const headerOf = (request: IncomingMessage): string | undefined => {
  const key = request.headers['idempotency-key'];
  return typeof key === 'string' ? key : undefined;
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
