/** The live preview: frames as JPEG, at most fifteen a second. */
import { frameWidth, type VideoSource } from './video-source.ts';

const shortestMs = 1000 / 15;
const quality = 0.7;

/** Sends frames of `source` until the answered function is called or the source ends. */
export function startPreview(source: VideoSource, send: (jpeg: Uint8Array<ArrayBuffer>) => void): () => void {
  const canvas = new OffscreenCanvas(frameWidth, 480);
  const context = canvas.getContext('2d');
  let stopped = false;

  const run = async () => {
    let due = performance.now();
    while (!stopped) {
      const frame = await source.nextFrame().catch(() => null);
      if (frame === null || context === null) return;
      const now = performance.now();
      if (now < due || stopped) {
        frame.close();
        continue;
      }
      // A frame that comes a little early for its turn is still taken, so that 15 frames a second stay 15.
      due = Math.max(due + shortestMs, now) - 5;
      if (canvas.width !== frame.width || canvas.height !== frame.height) {
        canvas.width = frame.width;
        canvas.height = frame.height;
      }
      context.drawImage(frame, 0, 0);
      frame.close();
      const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality });
      const bytes = new Uint8Array(await jpeg.arrayBuffer());
      if (!stopped) send(bytes);
    }
  };
  void run();
  return () => {
    stopped = true;
  };
}
