/**
 * Makes the file that Chromium's fake camera shows: Motion JPEG, which is nothing but JPEG pictures one after
 * the other. Chromium plays it at 30 pictures a second, over and over, and takes one file per process.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface FakeCameraFile {
  readonly file: string;
  /** Chromium's switches that make it the camera. */
  readonly switches: readonly string[];
  remove(): Promise<void>;
}

/** Chromium's switches that make its fake camera show an `.mjpeg` file. */
export function fakeCameraSwitches(file: string): readonly string[] {
  return ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${file}`];
}

/**
 * Writes the pictures, each shown for a while, to a temporary file.
 * @param pictures paths of JPEG files, all of the same size
 * @param framesEach how often each is repeated; 30 are a second
 */
export async function fakeCameraFile(pictures: readonly string[], framesEach = 30): Promise<FakeCameraFile> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fake-camera-'));
  const file = path.join(folder, 'loop.mjpeg');
  const contents = await Promise.all(pictures.map((picture) => readFile(picture)));
  await writeFile(
    file,
    Buffer.concat(contents.flatMap((content) => Array<Buffer>(framesEach).fill(content))),
  );
  return {
    file,
    switches: fakeCameraSwitches(file),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
