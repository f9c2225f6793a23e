/** What a person does at the screen, and what the terminal is told of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApplicantEvent } from '../../main/contract/events.ts';
import { applicantEventSchema } from '../../main/contract/events.ts';
import { type OpenGallery, openGallery, settled } from './gallery/open.ts';
import { galleryTime, plainPreferences, samples, screenfulOf } from './gallery/screenfuls.ts';

let gallery: OpenGallery;
beforeAll(async () => {
  gallery = await openGallery();
}, 120_000);
afterAll(() => gallery?.close());
beforeEach(() => gallery.page.setViewportSize({ width: 1080, height: 1920 }));

const press = (action: string) => gallery.page.click(`[data-action="${action}"]`);
const show = (name: string) => gallery.show(name, plainPreferences);

/** Events since `before`, without those that only say that somebody is there. */
async function sentSince(before: number): Promise<ApplicantEvent[]> {
  const sent = await gallery.page.evaluate((from) => window.gallery.sent.slice(from), before);
  for (const event of sent) expect(applicantEventSchema.safeParse(event).success).toBe(true);
  return sent.filter((event) => event.type !== 'activity');
}
const sentSoFar = () => gallery.page.evaluate(() => window.gallery.sent.length);

describe('a press', () => {
  it('counts when it starts and ends inside, even after trembling within', async () => {
    const { viewId } = await show('consent');
    const before = await sentSoFar();
    const box = await gallery.page.locator('[data-action=proceed]').boundingBox();
    if (!box) throw new Error('no button');
    await gallery.page.mouse.move(box.x + 20, box.y + 20);
    await gallery.page.mouse.down();
    await gallery.page.mouse.move(box.x + box.width - 20, box.y + box.height - 20);
    await gallery.page.mouse.up();
    expect(await sentSince(before)).toEqual([{ type: 'proceed', viewId }]);
  });

  it('does not count when the finger slides off before it lifts', async () => {
    await show('consent');
    const before = await sentSoFar();
    const box = await gallery.page.locator('[data-action=proceed]').boundingBox();
    if (!box) throw new Error('no button');
    await gallery.page.mouse.move(box.x + 20, box.y + 20);
    await gallery.page.mouse.down();
    await gallery.page.mouse.move(box.x + 20, box.y - 200);
    await gallery.page.mouse.up();
    expect(await sentSince(before)).toEqual([]);
  });

  it('does not count when the finger slides on from beside', async () => {
    await show('consent');
    const before = await sentSoFar();
    const box = await gallery.page.locator('[data-action=proceed]').boundingBox();
    if (!box) throw new Error('no button');
    await gallery.page.mouse.move(box.x + 20, box.y - 200);
    await gallery.page.mouse.down();
    await gallery.page.mouse.move(box.x + 20, box.y + 20);
    await gallery.page.mouse.up();
    expect(await sentSince(before)).toEqual([]);
  });

  it('works from the keyboard', async () => {
    const { viewId } = await show('consent');
    const before = await sentSoFar();
    await gallery.page.focus('[data-action=proceed]');
    await gallery.page.keyboard.press('Enter');
    expect(await sentSince(before)).toEqual([{ type: 'proceed', viewId }]);
  });
});

describe('each view sends its own event', () => {
  const single = [
    ['attract', 'start', { type: 'start' }],
    ['menu', 'service-endorsement', { type: 'chooseService', service: 'endorsement' }],
    ['insertPermit', 'back', { type: 'back' }],
    ['insertPermitProblem', 'type-mrz-instead', { type: 'typeMrzInstead' }],
    ['faceReady', 'proceed', { type: 'proceed' }],
    ['faceNotMatched', 'proceed', { type: 'proceed' }],
    ['choosePlaces', 'choose-places', { type: 'choosePlaces', places: ['HKG'] }],
    ['chooseEndorsement', 'choose-option', { type: 'chooseOption', option: 'HKG-L-3M1' }],
    ['checkAnswers', 'change-MAC', { type: 'change', row: 'MAC' }],
    ['rate', 'rate-4', { type: 'rate', score: 4 }],
    ['rate', 'proceed', { type: 'proceed' }],
    ['endingSuccess', 'proceed', { type: 'proceed' }],
  ] as const;
  for (const [sample, action, event] of single) {
    it(`${sample}: ${action}`, async () => {
      const { viewId } = await show(sample);
      const before = await sentSoFar();
      await press(action);
      expect(await sentSince(before)).toEqual([{ ...event, viewId }]);
    });
  }

  const anywhere = [
    ['consent', 'refuse', { type: 'leave' }],
    ['pay', 'cancel', { type: 'leave' }],
    ['pay', 'leave', { type: 'leave' }],
    ['pay', 'call-staff', { type: 'callStaff' }],
    ['pay', 'large-text', { type: 'setLargeText', on: true }],
    ['pay', 'high-contrast', { type: 'setHighContrast', on: true }],
    ['pay', 'low-reach', { type: 'setLowReach', on: true }],
    ['dialogLeave', 'confirm-leave', { type: 'confirmLeave' }],
    ['dialogLeave', 'close-dialog', { type: 'closeDialog' }],
    ['dialogStaff', 'close-dialog', { type: 'closeDialog' }],
  ] as const;
  for (const [sample, action, event] of anywhere) {
    it(`${sample}: ${action}`, async () => {
      await show(sample);
      const before = await sentSoFar();
      await press(action);
      expect(await sentSince(before)).toEqual([event]);
    });
  }

  it('chooses a language from any view', async () => {
    await show('pay');
    const before = await sentSoFar();
    await press('languages');
    await press('language-ru');
    expect(await sentSince(before)).toEqual([{ type: 'setLanguage', language: 'ru' }]);
    await gallery.page.waitForFunction(() => !document.querySelector('dialog[open]'));
  });

  it('answers the idle question with activity, on the button and beside it', async () => {
    await show('dialogIdle');
    const before = await sentSoFar();
    await press('more-time');
    await gallery.page.mouse.click(20, 20);
    const sent = await gallery.page.evaluate((from) => window.gallery.sent.slice(from), before);
    expect(sent).toEqual([{ type: 'activity' }, { type: 'activity' }]);
  });

  it('does not choose what cannot be had', async () => {
    await show('menuUnavailable');
    const before = await sentSoFar();
    // The driver would wait for them to become enabled; a finger does not.
    await gallery.page.click('[data-action=service-endorsement]', { force: true });
    await show('choosePlacesOne');
    await gallery.page.click('[data-action=place-HKG]', { force: true });
    await press('choose-places');
    expect(await sentSince(before)).toEqual([]);
    expect(await gallery.page.locator('[data-error-summary]').count()).toBe(1);
  });
});

describe('the declaration', () => {
  it('is asked for in place, takes the focus, and nothing is sent without it', async () => {
    const { viewId } = await show('checkAnswers');
    const before = await sentSoFar();
    await press('submit');
    expect(await sentSince(before)).toEqual([]);
    expect(
      await gallery.page.evaluate(() => document.activeElement?.hasAttribute('data-error-summary')),
    ).toBe(true);
    await press('go-to-error');
    expect(await gallery.page.evaluate(() => document.activeElement?.getAttribute('data-action'))).toBe(
      'declare',
    );
    await press('declare');
    expect(await gallery.page.locator('[data-error-summary]').count()).toBe(0);
    await press('submit');
    expect(await sentSince(before)).toEqual([{ type: 'submit', viewId, declared: true }]);
  });

  it('is not remembered for the next view', async () => {
    await show('checkAnswers');
    await press('declare');
    await show('checkAnswers');
    expect(await gallery.page.getAttribute('[data-action=declare]', 'aria-checked')).toBe('false');
  });
});

describe('the line of the permit', () => {
  const keys = async (text: string) => {
    for (const character of text) await press(`key-${character}`);
  };

  it('is typed part by part and sent as the thirty printed characters', async () => {
    const { viewId } = await show('mrzEntry');
    const before = await sentSoFar();
    await keys('C0000000152807111900101');
    await keys('1');
    await keys('0');
    await press('submit-mrz');
    expect(await sentSince(before)).toEqual([
      { type: 'mrzTyped', viewId, line: 'CSC000000015<2807111<9001011<0' },
    ]);
  });

  it('keeps what was typed when a part is found wrong, and goes there', async () => {
    await show('consent');
    await show('mrzEntry');
    await keys('C000000015280711290010110');
    const { viewId } = await show('mrzEntryProblem');
    expect(await gallery.page.getAttribute('[data-action=part-dateOfExpiry]', 'aria-pressed')).toBe('true');
    const before = await sentSoFar();
    await press('key-erase');
    await press('key-1');
    await press('submit-mrz');
    expect(await sentSince(before)).toEqual([
      { type: 'mrzTyped', viewId, line: 'CSC000000015<2807111<9001011<0' },
    ]);
  });

  it('says which part is unfinished instead of sending it', async () => {
    await show('consent');
    await show('mrzEntry');
    await keys('C00');
    const before = await sentSoFar();
    await press('submit-mrz');
    expect(await sentSince(before)).toEqual([]);
    expect(await gallery.page.getAttribute('[data-action=part-documentNumber]', 'data-wrong')).toBe('true');
  });

  it('is gone once another view was on screen', async () => {
    await show('mrzEntry');
    await keys('C00');
    await show('attract');
    await show('mrzEntry');
    expect(await gallery.page.locator('.mrz-cell').allTextContents()).toEqual(Array(25).fill(''));
  });
});

describe('a change of language', () => {
  it('keeps the place and what was entered', async () => {
    const screenful = await show('checkAnswers');
    await press('declare');
    await gallery.page.evaluate(([shown, at]) => window.gallery.show(shown, at), [
      { ...screenful, preferences: { ...plainPreferences, language: 'ru' } },
      galleryTime,
    ] as const);
    await gallery.page.waitForFunction(() => document.documentElement.lang === 'ru');
    await settled(gallery.page, screenful.viewId);
    expect(await gallery.page.textContent('h1')).toBe('Проверьте и отправьте');
    expect(await gallery.page.getAttribute('[data-action=declare]', 'aria-checked')).toBe('true');
  });
});

describe('a new view', () => {
  it('gives the focus to its title', async () => {
    await show('consent');
    await show('choosePlaces');
    expect(await gallery.page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  });

  it('does not lose the focus while a wait goes on', async () => {
    const screenful = screenfulOf('waitingPrinting', plainPreferences, 100_000);
    await gallery.page.evaluate(([shown, at]) => window.gallery.show(shown, at), [
      screenful,
      galleryTime,
    ] as const);
    await settled(gallery.page, 100_000);
    await gallery.page.focus('[data-action=call-staff]');
    await gallery.page.evaluate(([shown, at]) => window.gallery.show(shown, at), [
      { ...screenful, viewId: 100_001 },
      galleryTime,
    ] as const);
    await settled(gallery.page, 100_001);
    expect(await gallery.page.evaluate(() => document.activeElement?.getAttribute('data-action'))).toBe(
      'call-staff',
    );
  });
});

describe('long lists', () => {
  it('go on in a next part and offer every option once', async () => {
    await show('chooseEndorsementLong');
    const seen: (string | null)[] = [];
    for (;;) {
      for (const option of await gallery.page.locator('[role=radio]').all()) {
        seen.push(await option.getAttribute('data-action'));
      }
      if (!(await gallery.page.locator('[data-action=next-part]').isEnabled())) break;
      await press('next-part');
    }
    const { view } = samples.chooseEndorsementLong ?? {};
    const all = view?.kind === 'chooseEndorsement' ? view.options.map((option) => `option-${option.id}`) : [];
    expect([...seen].sort()).toEqual([...all].sort());
  });

  it('open at the option already chosen', async () => {
    const screenful = screenfulOf('chooseEndorsementLong', plainPreferences, 200_000);
    const view = { ...screenful.view, selected: 'MAC-S-3M1' };
    await gallery.page.evaluate(
      ([shown, at]) => window.gallery.show(shown, at),
      // The spread loses which kind of view it is; only a field of that kind was replaced.
      [{ ...screenful, view: view as typeof screenful.view }, galleryTime] as const,
    );
    await settled(gallery.page, 200_000);
    expect(await gallery.page.locator('[role=radio][aria-checked=true]').getAttribute('data-action')).toBe(
      'option-MAC-S-3M1',
    );
  });
});
