import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../main/config/load-config.ts';
import { shippedProfiles } from '../../../main/config/profiles.ts';
import simulatedHall from '../../../main/config/simulation.json' with { type: 'json' };
import type { BenchState } from '../../../main/contract/bench.ts';
import { parseRuleSet } from '../../../main/rules/rule-set.ts';
import { systemClock } from '../../../main/session/clock.ts';
import { createBench, type WorldBench } from '../../../main/simulation/bench.ts';
import { createWorld, type World } from '../../../main/simulation/world.ts';

const root = path.resolve(import.meta.dirname, '../../..');

let folder: string;
let world: World;
let bench: WorldBench;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const config = loadConfig(JSON.stringify(simulatedHall), shippedProfiles);
  const rules = parseRuleSet(JSON.parse(readFileSync(path.join(root, 'assets/rules/current.json'), 'utf8')));
  if (!config.ok || !rules.ok) throw new Error('the shipped configuration and rules are refused');
  world = await createWorld({
    config: config.value,
    rules: rules.value,
    clock: systemClock,
    assets: path.join(root, 'assets/simulation'),
    folder,
    speed: 100,
    keep: false,
  });
  bench = createBench(world);
});

afterEach(async () => {
  world.close();
  await rm(folder, { recursive: true, force: true });
});

const device = (id: string, state: BenchState = bench.state()) => {
  const found = state.devices.find((each) => each.id === id);
  if (!found) throw new Error(`no ${id} on the bench`);
  return found;
};

describe('the bench', () => {
  it('shows every virtual device of the hall', () => {
    expect(bench.state().devices.map(({ id }) => id)).toEqual([
      'cardReader',
      'mrzReader',
      'endorsementPrinter',
      'receiptPrinter',
      'paymentPhone',
      'bureau',
    ]);
  });

  it('inserts the permit of whoever is chosen, and takes it again', async () => {
    const choices = device('cardReader').actions.find(({ id }) => id === 'insert')?.choices ?? [];
    expect(choices.length).toBeGreaterThanOrEqual(40);
    bench.handle({ type: 'action', device: 'cardReader', action: 'insert', value: choices[0]?.value });
    await vi.waitFor(() => expect(device('cardReader').state).toBe('atSlot'));
    bench.handle({ type: 'action', device: 'cardReader', action: 'take' });
    expect(device('cardReader').state).toBe('absent');
  });

  it('tells its listeners of every change, until they stop', async () => {
    const heard: BenchState[] = [];
    const stop = bench.onState((state) => heard.push(state));
    bench.handle({ type: 'fault', device: 'receiptPrinter', fault: 'paperOut', active: true });
    expect(heard.map((state) => device('receiptPrinter', state).faults)).toContainEqual(
      expect.arrayContaining([{ id: 'paperOut', active: true }]),
    );
    const before = heard.length;
    stop();
    bench.handle({ type: 'fault', device: 'receiptPrinter', fault: 'paperOut', active: false });
    expect(heard).toHaveLength(before);
  });

  it('sets and takes back every fault it offers', () => {
    for (const { id, faults } of bench.state().devices) {
      for (const { id: fault } of faults) {
        bench.handle({ type: 'fault', device: id, fault, active: true });
        expect(device(id).faults, `${id} ${fault}`).toContainEqual({ id: fault, active: true });
        bench.handle({ type: 'fault', device: id, fault, active: false });
        expect(device(id).faults, `${id} ${fault}`).toContainEqual({ id: fault, active: false });
      }
    }
  });

  it('has a portrait camera where somebody can put people before it', () => {
    let scene = 'person01';
    const stepped: string[] = [];
    const withCamera = createBench(world, {
      scenes: ['person01', 'nobody'],
      scene: () => scene,
      kind: () => (scene === 'nobody' ? 'nobody' : 'person'),
      still: () => null,
      stepBefore: ({ id }) => void stepped.push(id),
      show: (next) => {
        scene = next;
      },
    });
    const stand = (value: string) =>
      withCamera.handle({ type: 'action', device: 'portraitCamera', action: 'standBefore', value });
    expect(device('portraitCamera', withCamera.state()).lines).toEqual(['person01']);
    stand('nobody-knows');
    expect(scene).toBe('person01');
    stand('nobody');
    expect(device('portraitCamera', withCamera.state()).lines).toEqual(['nobody']);
    expect(device('portraitCamera', withCamera.state()).state).toBe('nobody');
    withCamera.handle({ type: 'action', device: 'cardReader', action: 'insert', value: 'p02' });
    withCamera.handle({ type: 'action', device: 'cardReader', action: 'insert', value: 'p99' });
    expect(stepped).toEqual(['p02']);
  });

  it('drops what it does not have', () => {
    const before = bench.state();
    bench.handle({ type: 'action', device: 'door', action: 'open' });
    bench.handle({ type: 'action', device: 'cardReader', action: 'insert', value: 'nobody' });
    bench.handle({ type: 'fault', device: 'cardReader', fault: 'onFire', active: true });
    bench.handle({ type: 'action', device: 'paymentPhone', action: 'payAlipay' });
    expect(bench.state()).toEqual(before);
  });
});
