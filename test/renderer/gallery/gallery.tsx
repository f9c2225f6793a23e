/** The real applicant shell fed with any screenful, for looking at it and for testing it without a terminal behind it. */
import { createRoot } from 'react-dom/client';
import type { ApplicantEvent } from '../../../main/contract/events.ts';
import type { TerminalApi } from '../../../main/contract/terminal-api.ts';
import type { Screenful } from '../../../main/contract/views.ts';
import { App } from '../../../renderer/applicant/App.tsx';
import '../../../renderer/theme/index.css';
import type { Gallery } from './gallery-window.ts';

const screenfulListeners = new Set<(screenful: Screenful) => void>();
const previewListeners = new Set<(jpeg: Uint8Array) => void>();
const sent: ApplicantEvent[] = [];
const painted: number[] = [];
let now = 0;

const terminal: TerminalApi = {
  onScreenful: (listener) => {
    screenfulListeners.add(listener);
    return () => screenfulListeners.delete(listener);
  },
  onPreview: (listener) => {
    previewListeners.add(listener);
    return () => previewListeners.delete(listener);
  },
  send: (event) => sent.push(event),
  painted: (viewId) => painted.push(viewId),
};

const gallery: Gallery = {
  show: (screenful, at) => {
    now = at;
    for (const listener of screenfulListeners) listener(screenful);
  },
  preview: (jpeg) => {
    for (const listener of previewListeners) listener(Uint8Array.from(jpeg));
  },
  sent,
  painted,
};
Object.assign(window, { gallery });

const root = document.getElementById('root');
if (!root) throw new Error('The gallery page has no #root.');
createRoot(root).render(<App terminal={terminal} clock={{ now: () => now }} />);
