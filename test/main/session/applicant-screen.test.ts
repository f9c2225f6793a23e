import { afterEach, describe, expect, it } from 'vitest';
import type { View } from '../../../main/contract/views.ts';
import {
  type ApplicantScreenOptions,
  createApplicantScreen,
} from '../../../main/session/applicant-screen.ts';
import { Interrupted, type Interruption } from '../../../main/session/step.ts';
import { createVirtualClock, type VirtualClock } from '../../session/virtual-clock.ts';

const hall = { nameZh: '林口县公安局出入境接待大厅', nameEn: 'Exit', counter: '3', hours: '08:30' };
const defaults = { language: 'zh', largeText: false, highContrast: false, lowReach: false } as const;
const consent: View = { kind: 'consent' };

let clock: VirtualClock | null = null;
afterEach(() => clock?.stop());

function open(idleSeconds: number | null = 45) {
  clock = createVirtualClock(Date.UTC(2026, 10, 23));
  const actions: string[] = [];
  const onAction: ApplicantScreenOptions['onAction'] = (action) => actions.push(action.kind);
  const screen = createApplicantScreen({ clock, hall, defaults, idleWarningSeconds: 20, onAction });
  const controller = new AbortController();
  screen.enter({
    progress: { service: 'endorsement', step: 'consent', number: 1, of: 9 },
    canLeave: true,
    idleSeconds,
    signal: controller.signal,
    interrupt: (reason: Interruption) => controller.abort(reason),
    paidFen: () => 1500,
  });
  return { screen, actions, clock };
}

describe('the applicant screen', () => {
  it('answers with the event that was asked for, and drops one for a view that is gone', async () => {
    const { screen } = open();
    const asked = screen.ask(consent, ['proceed']);
    const { viewId } = screen.current();
    screen.handle({ type: 'proceed', viewId: viewId - 1 });
    screen.handle({ type: 'start', viewId });
    screen.handle({ type: 'proceed', viewId });
    await expect(asked).resolves.toEqual({ type: 'proceed', viewId });
  });

  it('offers back only where the step takes it', () => {
    const { screen } = open();
    void screen.ask(consent, ['proceed']);
    expect(screen.current().canGoBack).toBe(false);
    void screen.ask(consent, ['proceed', 'back']);
    expect(screen.current().canGoBack).toBe(true);
  });

  it('keeps view and place when the language is changed', () => {
    const { screen, actions } = open();
    void screen.ask(consent, ['proceed']);
    const before = screen.current();
    screen.handle({ type: 'setLanguage', language: 'ru' });
    expect(screen.current()).toMatchObject({
      viewId: before.viewId,
      view: consent,
      preferences: { language: 'ru' },
    });
    expect(actions).toEqual(['languageChanged']);
  });

  it('warns after 45 s without touch and gives the applicant up 20 s later', async () => {
    const { screen, actions, clock: time } = open();
    const warnings: number[] = [];
    screen.onScreenful(({ dialog }) => {
      if (dialog?.kind === 'idle') warnings.push(time.monotonic());
    });
    await expect(screen.ask(consent, ['proceed'])).rejects.toThrowError(Interrupted);
    expect(warnings).toEqual([45_000]);
    expect(time.monotonic()).toBe(65_000);
    expect(actions).toEqual(['idleWarning']);
  });

  it('waits longer where there is something to fill in', async () => {
    const { screen, clock: time } = open();
    await expect(screen.ask(consent, ['proceed'], { idleSeconds: 120 })).rejects.toThrowError(Interrupted);
    expect(time.monotonic()).toBe(140_000);
  });

  it('starts counting anew when the warning is answered', async () => {
    const { screen, clock: time } = open();
    let answered = 0;
    screen.onScreenful(({ dialog }) => {
      if (dialog?.kind === 'idle' && answered < 2) {
        answered += 1;
        queueMicrotask(() => screen.handle({ type: 'activity' }));
      }
    });
    await expect(screen.ask(consent, ['proceed'])).rejects.toThrowError(Interrupted);
    expect(answered).toBe(2);
    expect(Math.round(time.monotonic())).toBe(45_000 * 3 + 20_000);
  });

  it('asks before leaving and says what has been paid', async () => {
    const { screen } = open();
    const asked = screen.ask(consent, ['proceed']);
    screen.handle({ type: 'confirmLeave' });
    screen.handle({ type: 'leave' });
    expect(screen.current().dialog).toEqual({ kind: 'confirmLeave', paidFen: 1500 });
    screen.handle({ type: 'confirmLeave' });
    await expect(asked).rejects.toMatchObject({ interruption: { kind: 'cancelled' } });
  });

  it('answers timeOut when the time for an answer is over', async () => {
    const { screen } = open(null);
    await expect(screen.ask(consent, ['proceed'], { timeoutMs: 5000 })).resolves.toEqual({ type: 'timeOut' });
  });

  it('tells a wait that another view has taken the screen', async () => {
    const { screen } = open();
    const asked = screen.ask(consent, ['proceed']);
    screen.show({ kind: 'readingPermit', fraction: 0 });
    await expect(asked).resolves.toEqual({ type: 'superseded' });
  });

  it('keeps one view id while a bar grows, so that the page is not painted anew', () => {
    const { screen } = open();
    screen.show({ kind: 'readingPermit', fraction: 0 });
    const { viewId } = screen.current();
    screen.show({ kind: 'readingPermit', fraction: 0.5 });
    expect(screen.current().viewId).toBe(viewId);
  });

  it('forgets language, sizes and dialog with the applicant', () => {
    const { screen } = open();
    screen.handle({ type: 'setLanguage', language: 'ko' });
    screen.handle({ type: 'setLargeText', on: true });
    screen.handle({ type: 'callStaff' });
    screen.reset();
    expect(screen.current()).toMatchObject({ preferences: defaults, dialog: null });
  });
});
