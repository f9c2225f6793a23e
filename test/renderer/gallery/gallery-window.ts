import type { ApplicantEvent } from '../../../main/contract/events.ts';
import type { Screenful } from '../../../main/contract/views.ts';

/** What the gallery page offers to whoever drives it, as `window.gallery`. */
export interface Gallery {
  /** @param at epoch milliseconds the page's clock shows */
  show(screenful: Screenful, at: number): void;
  /** One frame for the face check, JPEG bytes. */
  preview(jpeg: readonly number[]): void;
  readonly sent: readonly ApplicantEvent[];
  readonly painted: readonly number[];
}

declare global {
  interface Window {
    readonly gallery: Gallery;
  }
}
