/**
 * Finds and compares faces, in a thread of its own so that the preview runs on meanwhile. Everything is
 * computed here, from models shipped with the terminal; a picture or a descriptor never leaves this thread.
 */
import { type FaceResult, Human } from '@vladmandic/human';
import type { FaceMeasurement, Numbered, VisionAnswer, VisionRequest } from './vision-messages.ts';

/** Every frame is measured anew: what the library would remember from the frame before could be another person. */
const everyFrame = { enabled: true, skipFrames: 0, skipTime: 0 } as const;

/** As many as it takes to see that the person is not alone. */
const mostFaces = 2;

let human: Human | null = null;
let reference: number[] | null = null;

async function load(modelFolder: string): Promise<VisionAnswer> {
  const loading = new Human({
    backend: 'wasm',
    wasmPath: modelFolder,
    modelBasePath: modelFolder,
    cacheModels: false,
    warmup: 'none',
    cacheSensitivity: 0,
    debug: false,
    filter: { enabled: false },
    face: {
      enabled: true,
      detector: { ...everyFrame, maxDetected: mostFaces, minConfidence: 0.4, rotation: true, return: false },
      mesh: { enabled: true },
      attention: { enabled: false },
      iris: { enabled: false },
      emotion: { enabled: false },
      description: { ...everyFrame, minConfidence: 0.1 },
      antispoof: everyFrame,
      liveness: everyFrame,
    },
    body: { enabled: false },
    hand: { enabled: false },
    object: { enabled: false },
    segmentation: { enabled: false },
    gesture: { enabled: false },
  });
  await loading.load();
  human = loading;
  return { type: 'done' };
}

async function setReference(image: Blob): Promise<VisionAnswer> {
  reference = null;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(image);
  } catch {
    return { type: 'undecodable' };
  }
  const faces = await detect(pixelsOf(bitmap));
  const descriptor = faces[0]?.embedding;
  if (descriptor === undefined || descriptor.length === 0) return { type: 'noFaceInReference' };
  reference = descriptor;
  return { type: 'done' };
}

async function measure(frame: ImageBitmap): Promise<VisionAnswer> {
  const pixels = pixelsOf(frame);
  const faces = await detect(pixels);
  return { type: 'measured', faces: faces.map((face) => measurementOf(face, pixels)) };
}

/** Largest first. */
async function detect(pixels: ImageData): Promise<FaceResult[]> {
  if (human === null) throw new Error('the face models are not loaded');
  const result = await human.detect(pixels);
  if (result.error !== null) throw new Error('the face models do not run');
  return result.face.toSorted((a, b) => b.box[3] - a.box[3]);
}

function measurementOf(face: FaceResult, pixels: ImageData): FaceMeasurement {
  const [left, top, width, height] = face.boxRaw;
  const degrees = (radians: number | undefined) => ((radians ?? 0) * 180) / Math.PI;
  const angle = face.rotation?.angle;
  return {
    pose: {
      left,
      top,
      width,
      height,
      yaw: degrees(angle?.yaw),
      pitch: degrees(angle?.pitch),
      brightness: meanLuma(pixels, face.boxRaw),
    },
    scores: { similarity: likeness(face.embedding), real: face.real ?? 0, live: face.live ?? 0 },
  };
}

function likeness(descriptor: number[] | undefined): number {
  if (human === null || reference === null || descriptor === undefined) return 0;
  if (descriptor.length !== reference.length) return 0;
  return human.match.similarity(reference, descriptor);
}

function pixelsOf(bitmap: ImageBitmap): ImageData {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no drawing context');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Luma (ITU-R BT.601) of every fourth pixel of every fourth line inside the box. */
function meanLuma(pixels: ImageData, box: readonly [number, number, number, number]): number {
  const { data, width, height } = pixels;
  const within = (at: number, size: number) => Math.max(0, Math.min(size - 1, Math.round(at * size)));
  const [right, bottom] = [within(box[0] + box[2], width), within(box[1] + box[3], height)];
  let sum = 0;
  let count = 0;
  for (let y = within(box[1], height); y < bottom; y += 4) {
    for (let x = within(box[0], width); x < right; x += 4) {
      const at = (y * width + x) * 4;
      sum += 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}

async function answer(request: VisionRequest): Promise<VisionAnswer> {
  switch (request.type) {
    case 'load':
      return load(request.modelFolder);
    case 'setReference':
      return setReference(request.image);
    case 'clearReference':
      reference = null;
      return { type: 'done' };
    case 'measure':
      return measure(request.frame);
    case 'countTensors': {
      const held = human?.tf.memory();
      return { type: 'tensors', count: held?.numTensors ?? 0, bytes: held?.numBytes ?? 0 };
    }
  }
}

/** One at a time: the library keeps the state of the picture it is working on. */
let queue = Promise.resolve();

self.onmessage = (event: MessageEvent<Numbered<VisionRequest>>) => {
  const { id, content } = event.data;
  queue = queue.then(async () => {
    const reply = (result: VisionAnswer) =>
      self.postMessage({ id, content: result } satisfies Numbered<VisionAnswer>);
    try {
      reply(await answer(content));
    } catch (error) {
      reply({ type: 'failed', reason: error instanceof Error ? error.message.slice(0, 150) : 'unknown' });
    }
  });
};
