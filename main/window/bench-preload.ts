/** The bench window's reach into the simulation: `window.bench`. */
import { contextBridge, ipcRenderer } from 'electron';
import { type BenchApi, type BenchState, benchChannels } from '../contract/bench.ts';
import { refuseDroppedFiles } from './refuse-dropped-files.ts';

let newest: BenchState | null = null;
const listeners = new Set<(state: BenchState) => void>();

ipcRenderer.on(benchChannels.state, (_event, state: BenchState) => {
  newest = state;
  for (const listener of listeners) listener(state);
});

const api: BenchApi = {
  onState: (listener) => {
    listeners.add(listener);
    if (newest) listener(newest);
    return () => {
      listeners.delete(listener);
    };
  },
  send: (command) => ipcRenderer.send(benchChannels.command, command),
};

refuseDroppedFiles();
contextBridge.exposeInMainWorld('bench', api);
ipcRenderer.send(benchChannels.ready);
