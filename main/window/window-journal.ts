/** What the windows report, as entries of the journal. */
import type { Journal, NewEntry } from '../journal/journal.ts';
import type { RefusedMessage } from './ipc.ts';
import type { RefusedAct } from './lock-down.ts';
import type { RendererIncident } from './renderer-health.ts';

export interface WindowReports {
  readonly incident: (incident: RendererIncident) => void;
  readonly refusedAct: (act: RefusedAct) => void;
  readonly refusedMessage: (message: RefusedMessage) => void;
}

/** A page gone wild must not fill the journal: so many entries of windows in a minute, and no more. */
const entriesPerMinute = 60;

/**
 * Writes reports of the windows to the journal; before there is one, and beyond what the journal takes, they are
 * only told to `tell`.
 *
 * @param tell hears of every report, for whoever watches the process
 * @param now monotonic milliseconds
 */
export function windowReports(
  journal: () => Journal | null,
  tell: (event: string, details: object) => void,
  now: () => number,
): WindowReports {
  let minute = Number.NEGATIVE_INFINITY;
  let written = 0;
  const append = (entry: NewEntry | null) => {
    if (!entry) return;
    if (now() - minute >= 60_000) {
      minute = now();
      written = 0;
    }
    written += 1;
    if (written <= entriesPerMinute) journal()?.append(entry);
  };
  return {
    incident: (incident) => {
      tell('rendererIncident', incident);
      append(ofIncident(incident));
    },
    refusedAct: (act) => {
      tell('refusedAct', act);
      append(ofAct(act));
    },
    refusedMessage: (message) => {
      tell('refusedMessage', message);
      const { window, channel, reason, at } = message;
      append({
        event: 'message-refused',
        outcome: 'failure',
        clear: { window, channel, reason: at === '' ? reason : `${reason} at ${at}` },
      });
    },
  };
}

function ofIncident(incident: RendererIncident): NewEntry {
  const { window } = incident;
  if (incident.kind === 'reloaded') {
    return {
      event: 'renderer-reloaded',
      outcome: 'success',
      clear: { window, durationMs: incident.afterMs },
    };
  }
  const reason = incident.reason === '' ? incident.kind : `${incident.kind}:${incident.reason}`;
  return {
    event: 'renderer-gone',
    outcome: 'failure',
    clear: { window, reason: reason.replace(/[^A-Za-z0-9._:/+-]/g, '-').slice(0, 128) },
  };
}

/** Keys are pressed by accident all day long and are no entry's matter. */
function ofAct({ act, window: name, what }: RefusedAct): NewEntry | null {
  const window = name ?? 'unnamed';
  switch (act) {
    case 'navigation':
      return { event: 'navigation-blocked', outcome: 'failure', clear: { window, target: what } };
    case 'newWindow':
    case 'webview':
      return { event: 'window-open-blocked', outcome: 'failure', clear: { window, target: what || act } };
    case 'permission':
      return { event: 'permission-denied', outcome: 'failure', clear: { window, permission: what } };
    case 'download':
      return { event: 'permission-denied', outcome: 'failure', clear: { window, permission: 'download' } };
    case 'input':
      return null;
  }
}
