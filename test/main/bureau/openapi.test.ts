/** What adapter and server really send, held against `assets/bureau-api.yaml`. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createHttpBureau, type HttpBureau } from '../../../main/bureau/http.ts';
import type { BureauSimulator } from '../../../main/bureau/simulator.ts';
import { startSimulatorServer } from '../../../main/bureau/simulator-server.ts';
import { systemClock } from '../../../main/session/clock.ts';
import {
  applicationOf,
  callOptions,
  decisionDelayMs,
  someone,
  testClock,
  testSimulator,
} from './fixtures.ts';

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
}

const content = z.object({ 'application/json': z.object({ schema: z.unknown() }) });
const operationSchema = z.object({
  operationId: z.string(),
  parameters: z.array(z.object({ $ref: z.string() })).default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ $ref: z.string().optional(), content: content.optional() })),
});
const documentSchema = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.enum(['get', 'post']), operationSchema.optional())),
  components: z.record(z.string(), z.unknown()),
});

const raw: unknown = parse(readFileSync(new URL('../../../assets/bureau-api.yaml', import.meta.url), 'utf8'));
const document = documentSchema.parse(raw);
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'bureau-api', components: document.components });

/** A schema of the document with its references made to lead into it. */
const validator = (schema: unknown) =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"bureau-api#/components')));

function operationOf(method: string, path: string) {
  for (const [template, methods] of Object.entries(document.paths)) {
    const pattern = new RegExp(`^${template.replace(/\{[^}]+\}/g, '\\d{15}')}$`);
    const operation = pattern.test(path)
      ? Object.entries(methods).find(([name]) => name === method.toLowerCase())?.[1]
      : undefined;
    if (operation) return operation;
  }
  return undefined;
}

function problemsOf({ method, path, key, request, status, answer }: Exchange): string[] {
  const operation = operationOf(method, path);
  if (!operation) return [`${method} ${path} is not in the document`];
  const problems: string[] = [];
  const check = (what: string, schema: unknown, value: unknown) => {
    const validate = validator(schema);
    if (!validate(value))
      problems.push(`${operation.operationId} ${what}: ${ajv.errorsText(validate.errors)}`);
  };
  if (operation.requestBody)
    check('request', operation.requestBody.content['application/json'].schema, request);
  else if (request !== undefined) problems.push(`${operation.operationId} has no request body`);
  const needsKey = operation.parameters.some(({ $ref }) => $ref.endsWith('/IdempotencyKey'));
  if (needsKey) check('key', { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,128}$' }, key);
  const response = operation.responses[String(status)];
  if (!response) problems.push(`${operation.operationId} does not answer ${status}`);
  else if (response.$ref) check(`answer ${status}`, { $ref: '#/components/schemas/Problem' }, answer);
  else if (response.content) check(`answer ${status}`, response.content['application/json'].schema, answer);
  else if (answer !== undefined) problems.push(`${operation.operationId} answers ${status} without a body`);
  return problems;
}

describe('the interface document', () => {
  const exchanges: Exchange[] = [];
  const clock = testClock();
  let simulator: BureauSimulator;
  let bureau: HttpBureau;
  const closers: (() => unknown)[] = [];

  beforeAll(async () => {
    simulator = testSimulator(clock);
    const server = await startSimulatorServer({ simulator, clock });
    // Stands between the two and writes down what passes.
    const recorder = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString('utf8');
      const key = request.headers['idempotency-key'];
      const answer = await fetch(server.url + request.url, {
        method: request.method ?? 'GET',
        headers: typeof key === 'string' ? { 'idempotency-key': key } : {},
        ...(body ? { body } : {}),
      });
      const text = await answer.text();
      exchanges.push({
        method: request.method ?? '',
        path: request.url ?? '',
        key: typeof key === 'string' ? key : null,
        request: body ? JSON.parse(body) : undefined,
        status: answer.status,
        answer: text ? JSON.parse(text) : undefined,
      });
      response.writeHead(answer.status).end(text);
    });
    await new Promise<void>((listening) => {
      recorder.listen(0, '127.0.0.1', listening);
    });
    // A listening TCP server has an AddressInfo.
    const { port } = recorder.address() as AddressInfo;
    const created = createHttpBureau({ url: `http://127.0.0.1:${port}`, retries: 0, clock: systemClock });
    if (!created.ok) throw new Error(created.error);
    bureau = created.value;
    closers.push(
      () => bureau.close(),
      () => recorder.close(),
      () => server.close(),
      () => simulator.close(),
    );
  });
  afterAll(async () => {
    for (const close of closers) await close();
  });

  it('describes every exchange of every operation, good and bad', async () => {
    const call = callOptions();
    const numberOf = async (id: string, requestId: string) => {
      const answer = await bureau.submit(applicationOf(id), requestId, call);
      return answer.ok ? answer.value.applicationNumber : '';
    };
    await bureau.time(call);
    for (const id of ['p01', 'p18', 'p31', 'p35', 'p50'])
      await bureau.holder(someone(id).documentNumber, call);
    const approved = await numberOf('p01', 'request-1');
    const denied = await numberOf('p27', 'request-2');
    const released = await numberOf('p02', 'request-3');
    await numberOf('p18', 'request-4');
    await bureau.submit(applicationOf('p02'), 'request-1', call);
    await bureau.decision(approved, call);
    clock.advance(decisionDelayMs);
    await bureau.release(released, 'notWritten', 'request-5', call);
    for (const number of [approved, denied, released, '999999999999999']) await bureau.decision(number, call);
    const issued = { orderNumber: '20261123000001', backPrinted: false };
    await bureau.reportIssued(approved, issued, 'request-6', call);
    await bureau.reportIssued(approved, issued, 'request-7', call);
    await bureau.reportIssued('999999999999999', issued, 'request-8', call);
    await bureau.release(approved, 'notPaid', 'request-9', call);
    simulator.faults.set({ kind: 'notAuthorised' });
    await bureau.time(call);
    await numberOf('p03', 'request-10');
    simulator.faults.clear();

    expect(exchanges.flatMap(problemsOf)).toEqual([]);
    const met = exchanges.map(
      ({ method, path, status }) => `${operationOf(method, path)?.operationId} ${status}`,
    );
    expect([...new Set(met)].sort()).toEqual([
      'decision 200',
      'decision 404',
      'holder 200',
      'holder 404',
      'release 204',
      'release 409',
      'reportIssued 204',
      'reportIssued 404',
      'reportIssued 409',
      'submit 201',
      'submit 401',
      'submit 404',
      'submit 409',
      'time 200',
      'time 401',
    ]);
  });

  it('would notice a difference', () => {
    const exchange = exchanges.find(({ status }) => status === 201);
    if (!exchange) throw new Error('the exchanges of the test before are needed');
    expect(problemsOf({ ...exchange, answer: { applicationNumber: '1' } })).toHaveLength(1);
    expect(problemsOf({ ...exchange, key: null })).toHaveLength(1);
    expect(problemsOf({ ...exchange, status: 418 })).toHaveLength(1);
    expect(problemsOf({ ...exchange, request: { documentNumber: 'C00000101' } })).toHaveLength(1);
  });
});
