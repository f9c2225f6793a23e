import { useEffect, useRef } from 'react';
import { useSurroundings } from '../applicant/surroundings.ts';

/** The live picture, mirrored as a looking glass is, under an outline for the face. */
export function FacePreview({ label, looking }: { readonly label: string; readonly looking: boolean }) {
  const { terminal } = useSurroundings();
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const shown = canvas.current;
    if (!shown) return;
    let busy = false;
    let gone = false;
    const stop = terminal.onPreview((jpeg) => {
      // A frame that comes while the last is still being decoded is dropped: late frames are worse than few.
      if (busy) return;
      busy = true;
      createImageBitmap(new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' }))
        .then((frame) => {
          if (!gone) paint(shown, frame);
          frame.close();
        })
        // A damaged frame is skipped; the next one comes within the same second.
        .catch(() => undefined)
        .finally(() => {
          busy = false;
        });
    });
    return () => {
      gone = true;
      stop();
      shown.getContext('2d')?.clearRect(0, 0, shown.width, shown.height);
    };
  }, [terminal]);

  return (
    <div className="face-preview" data-looking={looking || undefined}>
      <canvas ref={canvas} width={720} height={720} role="img" aria-label={label} />
      <svg className="face-outline" viewBox="0 0 720 720" aria-hidden="true" focusable="false">
        <path
          className="face-outline-shade"
          fillRule="evenodd"
          d="M0 0h720v720H0zM360 90c-120 0-200 95-200 235 0 160 90 305 200 305s200-145 200-305C560 185 480 90 360 90z"
        />
        <path
          className="face-outline-line"
          d="M360 90c-120 0-200 95-200 235 0 160 90 305 200 305s200-145 200-305C560 185 480 90 360 90z"
        />
      </svg>
    </div>
  );
}

/** Fills the square canvas with the middle of the frame. */
function paint(canvas: HTMLCanvasElement, frame: ImageBitmap) {
  const context = canvas.getContext('2d');
  if (!context) return;
  const side = Math.min(frame.width, frame.height);
  context.setTransform(-1, 0, 0, 1, canvas.width, 0);
  context.drawImage(
    frame,
    (frame.width - side) / 2,
    (frame.height - side) / 2,
    side,
    side,
    0,
    0,
    canvas.width,
    canvas.height,
  );
}
