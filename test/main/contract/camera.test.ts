import { describe, expect, it } from 'vitest';
import { cameraReportSchema, cameraRequestSchema } from '../../../main/contract/camera.ts';

const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0xff, 0xd9);

describe('what the camera window may say', () => {
  it.each([
    { type: 'ready' },
    { type: 'state', state: 'lost' },
    { type: 'frame', jpeg },
    { type: 'opened', id: 1, label: 'Camera', width: 640, height: 480 },
    {
      type: 'observed',
      id: 2,
      observation: { kind: 'scores', scores: { similarity: 0.8, real: 0.5, live: 1 } },
    },
    { type: 'failed', id: 3, code: 'invalidData', message: 'no face' },
  ])('lets %o through', (report) => {
    expect(cameraReportSchema.safeParse(report).success).toBe(true);
  });

  it.each([
    undefined,
    {},
    { type: 'ready', more: 1 },
    { type: 'state', state: 'broken' },
    { type: 'frame', jpeg: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d) },
    { type: 'frame', jpeg: 'data:image/jpeg;base64,/9j/' },
    { type: 'frame', jpeg: Uint8Array.from({ length: 600_000 }, (_, at) => jpeg[at] ?? 0) },
    { type: 'opened', id: 1, label: 'Camera', width: Number.NaN, height: 480 },
    {
      type: 'observed',
      id: 2,
      observation: { kind: 'scores', scores: { similarity: 1.2, real: 0.5, live: 1 } },
    },
    { type: 'observed', id: 2, observation: { kind: 'hint', hint: 'smile' } },
    { type: 'failed', id: 3, code: 'invalidData', message: 'x'.repeat(201) },
  ])('keeps %o out', (report) => {
    expect(cameraReportSchema.safeParse(report).success).toBe(false);
  });
});

describe('what main may ask of it', () => {
  it('is bounded too', () => {
    const reference = { type: 'setReference', id: 1, mediaType: 'image/jpeg', bytes: jpeg };
    expect(cameraRequestSchema.safeParse(reference).success).toBe(true);
    expect(cameraRequestSchema.safeParse({ ...reference, mediaType: 'image/svg+xml' }).success).toBe(false);
    expect(cameraRequestSchema.safeParse({ ...reference, bytes: new Uint8Array(0) }).success).toBe(false);
    expect(cameraRequestSchema.safeParse({ ...reference, id: -1 }).success).toBe(false);
    expect(cameraRequestSchema.safeParse({ type: 'run', id: 1 }).success).toBe(false);
  });
});
