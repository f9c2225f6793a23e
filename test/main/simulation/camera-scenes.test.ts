import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CameraScenes, createCameraScenes } from '../../../main/simulation/camera-scenes.ts';
import { type Person, people } from '../../../main/simulation/people.ts';

const assets = path.resolve('assets/simulation');
const everybody = people('2026-03-02');

let folder: string;
let file: string;
let scenes: CameraScenes;
let changes: number;
let failures: number;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'camera-scenes-'));
  file = path.join(folder, 'camera.mjpeg');
  [changes, failures] = [0, 0];
  scenes = await createCameraScenes({ assets, file, people: everybody, onFailure: () => failures++ });
  scenes.onChange(() => changes++);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const personOf = (id: string): Person => {
  const found = everybody.find((each) => each.id === id);
  if (!found) throw new Error(`nobody is called ${id}`);
  return found;
};
const filmed = () => readFile(file);
const asset = (name: string) => readFile(path.join(assets, name));

describe('the scenes before the simulated camera', () => {
  it('begin with the empty hall', async () => {
    expect(scenes.scene()).toBe('nobody');
    expect(scenes.kind()).toBe('nobody');
    expect(await filmed()).toEqual(await asset('loop-empty-hall.mjpeg'));
  });

  it('show whoever inserts a permit, in three pictures', async () => {
    scenes.stepBefore(personOf('p02'));
    await scenes.written();
    expect([scenes.scene(), scenes.kind(), changes]).toEqual(['person02', 'person', 1]);
    const video = await filmed();
    const pictures = await Promise.all([1, 2, 3].map((take) => asset(`portraits/02-live${take}.jpg`)));
    expect(video.length).toBe(15 * pictures.reduce((sum, { length }) => sum + length, 0));
    for (const picture of pictures) expect(video.includes(picture)).toBe(true);
    expect(scenes.still()).toEqual(pictures[0]);
    expect(await readdir(folder)).toEqual(['camera.mjpeg']);
  });

  it('show the paper that is held up', async () => {
    scenes.stepBefore(personOf('p20'));
    await scenes.written();
    expect(scenes.kind()).toBe('paperCopy');
    expect(await filmed()).toEqual(await asset('loop-copy-of-person13.mjpeg'));
  });

  it('keep what was chosen by hand until the holder is chosen again', async () => {
    scenes.show('person05');
    scenes.stepBefore(personOf('p02'));
    await scenes.written();
    expect(scenes.scene()).toBe('person05');
    scenes.show('holder');
    await scenes.written();
    expect(scenes.scene()).toBe('person02');
    scenes.show('somebody else');
    await scenes.written();
    expect(scenes.scene()).toBe('person02');
  });

  it('are there for everybody', async () => {
    for (const person of everybody) scenes.stepBefore(person);
    await scenes.written();
    for (const scene of scenes.scenes) {
      scenes.show(scene);
      await scenes.written();
    }
    expect(failures).toBe(0);
  });

  it('stay as they are when the file cannot be written', async () => {
    await rm(folder, { recursive: true });
    scenes.show('person01');
    await scenes.written();
    expect([scenes.scene(), failures, changes]).toEqual(['nobody', 1, 0]);
  });
});
