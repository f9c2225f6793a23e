/** What the preload script puts on `window.terminal` in the applicant window: the whole of its reach into main. */
import type { ApplicantEvent } from './events.ts';
import type { Screenful } from './views.ts';

export interface TerminalApi {
  /** The newest screenful at once, then each further one; answers how to stop. */
  onScreenful(listener: (screenful: Screenful) => void): () => void;
  send(event: ApplicantEvent): void;
  /** Live preview of the portrait camera while `faceCheck` is on screen: JPEG frames. */
  onPreview(listener: (jpeg: Uint8Array) => void): () => void;
  /** Tells main that the view with this id has been painted, for measuring. */
  painted(viewId: number): void;
}

export const channels = {
  screenful: 'applicant:screenful',
  event: 'applicant:event',
  preview: 'applicant:preview',
  painted: 'applicant:painted',
  ready: 'applicant:ready',
} as const;
