/**
 * The profiles that ship with the terminal: what a machine of that kind usually has, offers and waits for. A
 * hall's `terminal.json` names one and overrides what differs. A profile leaves out what only the hall can
 * know: the terminal's id, the hall's name and place, and the PC/SC name of the card reader.
 *
 * - `endorsement-machine` (自助签注机): one machine for re-endorsement, with an optical reader for the permit's line.
 * - `county-hall` (县级大厅): the same service on the one machine a small hall has; the line is typed.
 * - `city-hall` (市级大厅): staffed hall with several machines.
 * - `station-24h` (24小时自助签注站): nobody is there, so it waits longer for a hand and asks for a surer likeness.
 */

import type { ProfileLookup } from './load-config.ts';
import cityHall from './profiles/city-hall.json' with { type: 'json' };
import countyHall from './profiles/county-hall.json' with { type: 'json' };
import endorsementMachine from './profiles/endorsement-machine.json' with { type: 'json' };
import station24h from './profiles/station-24h.json' with { type: 'json' };

const profiles: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['county-hall', countyHall],
  ['city-hall', cityHall],
  ['station-24h', station24h],
  ['endorsement-machine', endorsementMachine],
]);

export const shippedProfiles: ProfileLookup = {
  names: [...profiles.keys()],
  find: (name) => profiles.get(name) ?? null,
};
