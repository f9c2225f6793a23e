/** Compares the person before the camera with the face in the chip (人证核验), three tries at most. */
import type { FaceHint } from '../../devices/portrait-camera/interface.ts';
import { message } from '../contract/message.ts';
import { faceVerdict } from '../rules/face.ts';
import { Interrupted, type Step } from '../session/step.ts';
import { faceFailed, permitUnusable, stoppedOutcome } from './outcomes.ts';

const hintText = (hint: FaceHint | null) => (hint === null ? null : message(`outcomes.face.${hint}`));

export const verifyPerson: Step = {
  id: 'verifyPerson',
  uses: ['portraitCamera'],
  async run({ screen, devices, journal, ids, config, clock, signal, case: file }) {
    const face = file.permit?.face;
    if (!face) return { go: 'end', outcome: permitUnusable(message('outcomes.permit.noFace')) };
    const { tries, secondsPerTry, minSimilarity, minReal, minLive } = config.face;
    const thresholds = { similarity: minSimilarity, antiSpoof: minReal, liveness: minLive };
    try {
      for (let attempt = 1; attempt <= tries; attempt++) {
        const triesLeft = tries - attempt + 1;
        await devices.portraitCamera.preview(true);
        const phase = attempt === 1 ? 'ready' : 'notMatched';
        await screen.ask({ kind: 'faceCheck', phase, triesLeft, hint: null }, ['proceed']);
        const look = (hint: FaceHint | null) =>
          screen.show({ kind: 'faceCheck', phase: 'looking', triesLeft, hint: hintText(hint) });
        look(null);
        const began = clock.monotonic();
        journal.append({ event: 'face-check-init', outcome: 'n/a', ...ids, clear: { attempt } });
        const scores = await devices.portraitCamera.compare(face, {
          timeoutMs: secondsPerTry * 1000,
          signal,
          onHint: look,
        });
        if (signal.aborted) throw new Interrupted(signal.reason);
        const verdict = scores.ok
          ? faceVerdict(thresholds, {
              similarity: scores.value.similarity,
              antiSpoof: scores.value.real,
              liveness: scores.value.live,
            })
          : null;
        journal.append({
          event: 'face-check-complete',
          outcome: verdict?.match ? 'success' : 'failure',
          ...ids,
          clear: {
            attempt,
            durationMs: clock.monotonic() - began,
            ...(scores.ok
              ? {
                  similarity: scores.value.similarity,
                  antiSpoof: scores.value.real,
                  liveness: scores.value.live,
                }
              : { reason: scores.error.code }),
            ...(verdict && !verdict.match ? { reason: verdict.why } : {}),
          },
        });
        if (verdict?.match && scores.ok) {
          file.faceSimilarity = scores.value.similarity;
          return { go: 'next' };
        }
        if (!scores.ok && scores.error.code === 'invalidData') {
          return { go: 'end', outcome: permitUnusable(message('outcomes.permit.noFace')) };
        }
        if (!scores.ok && scores.error.code !== 'timeOut') {
          return { go: 'end', outcome: stoppedOutcome({ kind: 'deviceLost', device: 'portraitCamera' }) };
        }
      }
      return { go: 'end', outcome: faceFailed };
    } finally {
      await devices.portraitCamera.preview(false);
    }
  },
};
