/** What any bureau behind the port does; run against the simulator itself and through HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bureau } from '../../../main/bureau/port.ts';
import type { BureauFaults } from '../../../main/bureau/simulator.ts';
import {
  applicationOf,
  callOptions,
  decisionDelayMs,
  someone,
  type TestClock,
  testClock,
} from './fixtures.ts';

export interface BureauUnderTest {
  readonly bureau: Bureau;
  readonly faults: BureauFaults;
  close(): void | Promise<void>;
}

export function bureauContract(name: string, open: (clock: TestClock) => Promise<BureauUnderTest>): void {
  describe(name, () => {
    let clock: TestClock;
    let subject: BureauUnderTest;
    const call = callOptions();
    const error = (code: string) => ({ ok: false, error: { code, message: expect.any(String) } });

    beforeEach(async () => {
      clock = testClock();
      subject = await open(clock);
    });
    afterEach(async () => {
      await subject.close();
    });

    const submitted = async (application = applicationOf('p01'), requestId = 'request-1') => {
      const answer = await subject.bureau.submit(application, requestId, call);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value.applicationNumber;
    };
    const approved = async (application = applicationOf('p01'), requestId = 'request-1') => {
      const number = await submitted(application, requestId);
      clock.advance(decisionDelayMs);
      await subject.bureau.decision(number, call);
      return number;
    };

    it('tells what is on record of a permit', async () => {
      const { documentNumber, record } = someone('p31');
      expect(await subject.bureau.holder(documentNumber, call)).toEqual({ ok: true, value: record });
    });

    it('does not know a document it has no record of', async () => {
      expect(await subject.bureau.holder(someone('p18').documentNumber, call)).toEqual(error('notFound'));
      expect(await subject.bureau.submit(applicationOf('p18'), 'request-1', call)).toEqual(error('notFound'));
    });

    it('refuses what is not as the interface says', async () => {
      expect(await subject.bureau.holder('no number', call)).toEqual(error('refused'));
      expect(await subject.bureau.submit(applicationOf('p01', []), 'request-1', call)).toEqual(
        error('refused'),
      );
      const twice = [
        { place: 'HKG', type: 'L', count: '3M1' },
        { place: 'HKG', type: 'L', count: '1Y1' },
      ] as const;
      expect(await subject.bureau.submit(applicationOf('p01', twice), 'request-1', call)).toEqual(
        error('refused'),
      );
      expect(await subject.bureau.submit(applicationOf('p01'), 'not an id', call)).toEqual(error('refused'));
      const overlong = { ...applicationOf('p01'), nameChinese: '王'.repeat(100_000) };
      expect(await subject.bureau.submit(overlong, 'request-1', call)).toEqual(error('refused'));
    });

    it('approves both places after its time, with validity and the sum of the fees', async () => {
      const number = await submitted(
        applicationOf('p01', [
          { place: 'HKG', type: 'L', count: '1Y2' },
          { place: 'MAC', type: 'L', count: '3M1' },
        ]),
      );
      expect(number).toMatch(/^\d{15}$/);
      expect(await subject.bureau.decision(number, call)).toEqual({ ok: true, value: { state: 'pending' } });
      clock.advance(decisionDelayMs - 1);
      expect(await subject.bureau.decision(number, call)).toEqual({ ok: true, value: { state: 'pending' } });
      clock.advance(1);
      const given = { validFrom: '2026-11-23', remarks: '', issuingAuthority: '231025000000' };
      expect(await subject.bureau.decision(number, call)).toEqual({
        ok: true,
        value: {
          state: 'approved',
          feeFen: 4500,
          endorsements: [
            { place: 'HKG', type: 'L', count: '1Y2', validUntil: '2027-11-22', ...given },
            { place: 'MAC', type: 'L', count: '3M1', validUntil: '2027-02-22', ...given },
          ],
        },
      });
    });

    it('answers the same request id with the same application, and another application with a refusal', async () => {
      const number = await submitted();
      expect(await submitted()).toBe(number);
      expect(await submitted(applicationOf('p02'), 'request-2')).not.toBe(number);
      const other = { ...applicationOf('p01'), faceSimilarity: 0.9 };
      expect(await subject.bureau.submit(other, 'request-1', call)).toEqual(error('refused'));
    });

    it('counts an open application as in process, until it is given up', async () => {
      const number = await submitted();
      const { documentNumber } = someone('p01');
      expect(await subject.bureau.holder(documentNumber, call)).toMatchObject({
        value: { inProcess: ['102'] },
      });
      expect(await subject.bureau.release(number, 'cancelled', 'request-2', call)).toEqual({ ok: true });
      expect(await subject.bureau.holder(documentNumber, call)).toMatchObject({ value: { inProcess: [] } });
      expect(await subject.bureau.decision(number, call)).toEqual({ ok: true, value: { state: 'released' } });
    });

    it('does not issue a second one while the first is open', async () => {
      await approved();
      const second = await approved(applicationOf('p01'), 'request-2');
      expect(await subject.bureau.decision(second, call)).toEqual({
        ok: true,
        value: { state: 'denied', reason: 'notEligible' },
      });
    });

    it('puts what was issued on record, once', async () => {
      const number = await approved();
      const issued = { orderNumber: '20261123000001', backPrinted: true };
      for (let time = 0; time < 2; time++) {
        expect(await subject.bureau.reportIssued(number, issued, 'request-2', call)).toEqual({ ok: true });
      }
      expect(await subject.bureau.holder(someone('p01').documentNumber, call)).toMatchObject({
        value: {
          inProcess: [],
          endorsements: [
            {
              place: 'HKG',
              type: 'L',
              count: '3M1',
              issuedOn: '2026-11-23',
              validUntil: '2027-02-22',
              entriesUsed: 0,
            },
          ],
        },
      });
      expect(await subject.bureau.release(number, 'notPaid', 'request-3', call)).toEqual(error('refused'));
      expect(await subject.bureau.reportIssued(number, issued, 'request-4', call)).toEqual(error('refused'));
      const again = await approved(applicationOf('p01'), 'request-5');
      expect(await subject.bureau.decision(again, call)).toMatchObject({ value: { reason: 'notEligible' } });
    });

    it('refuses to issue what was not approved or was given up, and does not know an unknown number', async () => {
      const issued = { orderNumber: '20261123000001', backPrinted: true };
      const pending = await submitted();
      expect(await subject.bureau.reportIssued(pending, issued, 'request-2', call)).toEqual(error('refused'));
      await subject.bureau.release(pending, 'notPaid', 'request-3', call);
      expect(await subject.bureau.reportIssued(pending, issued, 'request-4', call)).toEqual(error('refused'));
      for (const unknown of ['231025269999999', 'x/../y']) {
        expect(await subject.bureau.decision(unknown, call)).toEqual(error('notFound'));
        expect(await subject.bureau.release(unknown, 'notPaid', 'request-5', call)).toEqual(
          error('notFound'),
        );
        expect(await subject.bureau.reportIssued(unknown, issued, 'request-6', call)).toEqual(
          error('notFound'),
        );
      }
    });

    it('refuses a request id that was used for something else', async () => {
      const number = await submitted();
      await subject.bureau.release(number, 'notPaid', 'request-2', call);
      expect(await subject.bureau.release(number, 'cancelled', 'request-2', call)).toEqual(error('refused'));
      expect(await subject.bureau.submit(applicationOf('p02'), 'request-2', call)).toEqual(error('refused'));
    });

    it.each([
      ['an authority’s hold', 'p27', 'seeCounter'],
      ['a registered functionary', 'p25', 'notEligible'],
      ['an expired permit', 'p14', 'notEligible'],
      ['nothing left to issue', 'p42', 'notEligible'],
      ['a person the bureau itself turns down', 'p51', 'notEligible'],
      ['a person the bureau wants to see', 'p52', 'seeCounter'],
    ])('checks the application itself: %s', async (_, id, reason) => {
      const number = await approved(applicationOf(id));
      expect(await subject.bureau.decision(number, call)).toEqual({
        ok: true,
        value: { state: 'denied', reason },
      });
    });

    it('checks what is asked for, who it is and what was declared', async () => {
      const base = applicationOf('p01');
      const cases = [
        [applicationOf('p01', [{ place: 'HKG', type: 'G', count: '3M1' }]), 'notEligible'],
        [{ ...base, nameChinese: '李思' }, 'seeCounter'],
        [{ ...base, dateOfBirth: '1990-01-01' }, 'seeCounter'],
        [{ ...base, declaredNotFunctionary: false }, 'seeCounter'],
      ] as const;
      for (const [index, [application, reason]] of cases.entries()) {
        const number = await approved(application, `request-${index}`);
        expect(await subject.bureau.decision(number, call)).toEqual({
          ok: true,
          value: { state: 'denied', reason },
        });
        await subject.bureau.release(number, 'cancelled', `release-${index}`, call);
      }
    });

    it('tells its time', async () => {
      expect(await subject.bureau.time(call)).toEqual({ ok: true, value: clock.now() });
    });

    describe('when something is wrong', () => {
      it.each(['unreachable', 'invalidAnswer', 'notAuthorised'] as const)('says %s', async (kind) => {
        const number = await submitted();
        subject.faults.set({ kind });
        const { bureau } = subject;
        expect(await bureau.holder(someone('p02').documentNumber, call)).toEqual(error(kind));
        expect(await bureau.submit(applicationOf('p02'), 'request-2', call)).toEqual(error(kind));
        expect(await bureau.decision(number, call)).toEqual(error(kind));
        expect(await bureau.release(number, 'notPaid', 'request-3', call)).toEqual(error(kind));
        expect(
          await bureau.reportIssued(number, { orderNumber: '1', backPrinted: true }, 'request-4', call),
        ).toEqual(error(kind));
        expect(await bureau.time(call)).toEqual(error(kind));
        subject.faults.clear();
        expect(await bureau.time(call)).toMatchObject({ ok: true });
      });

      it('says timeOut when no answer comes', async () => {
        subject.faults.set({ kind: 'timeOut' });
        expect(await subject.bureau.time(callOptions(60))).toEqual(error('timeOut'));
        subject.faults.clear();
        subject.faults.set({ kind: 'slow', ms: 5000 });
        expect(await subject.bureau.time(callOptions(60))).toEqual(error('timeOut'));
        subject.faults.set({ kind: 'slow', ms: 20 });
        expect(await subject.bureau.time(callOptions(5000))).toMatchObject({ ok: true });
      });

      it('is given up on request, before and during the call', async () => {
        const before = new AbortController();
        before.abort();
        expect(await subject.bureau.time(callOptions(5000, before.signal))).toEqual(error('canceled'));
        subject.faults.set({ kind: 'timeOut' });
        const during = new AbortController();
        const answer = subject.bureau.time(callOptions(60_000, during.signal));
        during.abort();
        expect(await answer).toEqual(error('canceled'));
      });

      it('has the application although its answer was lost, and gives the number to whoever asks again', async () => {
        subject.faults.set({ kind: 'answerLost' }, { operations: ['submit'], times: 1 });
        expect(await subject.bureau.submit(applicationOf('p01'), 'request-1', callOptions(60))).toEqual(
          error('timeOut'),
        );
        expect(await subject.bureau.holder(someone('p01').documentNumber, call)).toMatchObject({
          value: { inProcess: ['102'] },
        });
        expect(await submitted()).toMatch(/^\d{15}$/);
        expect(await subject.bureau.submit(applicationOf('p02'), 'request-2', call)).toMatchObject({
          value: { applicationNumber: expect.stringMatching(/0000002$/) },
        });
      });

      it('can go away once it has the application', async () => {
        subject.faults.set({ kind: 'unreachableAfterSubmit' });
        expect(await subject.bureau.time(call)).toMatchObject({ ok: true });
        const number = await submitted();
        expect(await subject.bureau.decision(number, call)).toEqual(error('unreachable'));
        subject.faults.clear('unreachableAfterSubmit');
        expect(await subject.bureau.decision(number, call)).toMatchObject({ ok: true });
      });

      it.each([
        ['deniedNotEligible', { state: 'denied', reason: 'notEligible' }],
        ['deniedSeeCounter', { state: 'denied', reason: 'seeCounter' }],
        ['neverDecides', { state: 'pending' }],
      ] as const)('decides otherwise: %s', async (kind, decision) => {
        subject.faults.set({ kind });
        expect(subject.faults.active()).toEqual([{ kind }]);
        const number = await approved();
        expect(await subject.bureau.decision(number, call)).toEqual({ ok: true, value: decision });
      });
    });
  });
}
