/**
 * Who stands before the simulated portrait camera: the Motion JPEG file that Chromium's fake video capture shows
 * (JPEG pictures one after the other, 30 a second, over and over). Chromium reads the file when the device is
 * opened, so whoever films has to open it again after a change.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchCamera } from './bench.ts';
import type { Person } from './people.ts';

/** What is before the lens. */
export type SceneKind = 'nobody' | 'person' | 'paperCopy';

export interface CameraScenes extends BenchCamera {
  /** Calls `listener` whenever the file shows something else. */
  onChange(listener: () => void): void;
  /** Resolves when everything chosen so far is in the file. */
  written(): Promise<void>;
}

export interface CameraSceneOptions {
  /** `assets/simulation`. */
  readonly assets: string;
  /** The file Chromium's fake camera shows; its folder exists. */
  readonly file: string;
  readonly people: readonly Person[];
  /** A scene could not be read or written; the one before stays. */
  readonly onFailure: () => void;
}

interface Scene {
  readonly kind: SceneKind;
  /** Pictures, or one Motion JPEG file, below `assets`. */
  readonly sources: readonly string[];
}

/** Whoever's permit was inserted last; nobody before the first. */
export const holderScene = 'holder';
const nobodyScene = 'nobody';

/** Half a second for each of a person's pictures. */
const framesEach = 15;

/** The only paper copy there is a recording of. */
const copiedPortrait = 13;

/** The scenes of the simulation's people; writes the empty hall to the file first. */
export async function createCameraScenes(options: CameraSceneOptions): Promise<CameraScenes> {
  const { assets, file, people } = options;
  const scenes = new Map<string, Scene>([
    [nobodyScene, { kind: 'nobody', sources: ['loop-empty-hall.mjpeg'] }],
    [
      copyOf(copiedPortrait),
      { kind: 'paperCopy', sources: [`loop-copy-of-person${twoDigits(copiedPortrait)}.mjpeg`] },
    ],
  ]);
  const faces = new Set(people.flatMap(({ portrait, live }) => [portrait, live.portrait]));
  for (const portrait of [...faces].sort((a, b) => a - b)) {
    const sources = [1, 2, 3].map((take) => join('portraits', `${twoDigits(portrait)}-live${take}.jpg`));
    scenes.set(faceOf(portrait), { kind: 'person', sources });
  }

  const listeners = new Set<() => void>();
  let chosen = holderScene;
  let holder = nobodyScene;
  let shown = nobodyScene;
  let still: Uint8Array | null = null;
  let writing = Promise.resolve();

  const write = async (id: string): Promise<void> => {
    const scene = scenes.get(id);
    if (!scene) return;
    const contents = await Promise.all(scene.sources.map((source) => readFile(join(assets, source))));
    const frames =
      scene.kind === 'person' ? contents.flatMap((each) => Array(framesEach).fill(each)) : contents;
    // Chromium maps the file it is showing into memory: it is replaced, never shortened under its reader.
    await writeFile(`${file}.new`, Buffer.concat(frames));
    await rename(`${file}.new`, file);
    shown = id;
    still = scene.kind === 'person' ? (contents[0] ?? null) : null;
  };
  const update = () => {
    writing = writing
      .then(async () => {
        const wanted = chosen === holderScene ? holder : chosen;
        if (wanted === shown) return;
        await write(wanted);
        for (const listener of listeners) listener();
      })
      .catch(options.onFailure);
  };

  await write(nobodyScene);
  return {
    scenes: [holderScene, ...scenes.keys()],
    scene: () => shown,
    kind: () => scenes.get(shown)?.kind ?? 'nobody',
    still: () => still,
    show(scene) {
      if (scene !== holderScene && !scenes.has(scene)) return;
      chosen = scene;
      update();
    },
    stepBefore({ live }) {
      holder = live.spoof ? copyOf(live.portrait) : faceOf(live.portrait);
      if (!scenes.has(holder)) throw new Error(`there is no recording of ${holder}`);
      update();
    },
    onChange(listener) {
      listeners.add(listener);
    },
    written: () => writing,
  };
}

const twoDigits = (portrait: number) => String(portrait).padStart(2, '0');
const faceOf = (portrait: number) => `person${twoDigits(portrait)}`;
const copyOf = (portrait: number) => `copy-of-person${twoDigits(portrait)}`;
