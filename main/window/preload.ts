/** The applicant window's whole reach into the terminal: `window.terminal`. */
import { contextBridge, ipcRenderer } from 'electron';
import type { ApplicantEvent } from '../contract/events.ts';
import { channels, type TerminalApi } from '../contract/terminal-api.ts';
import type { Screenful } from '../contract/views.ts';
import { refuseDroppedFiles } from './refuse-dropped-files.ts';

let newest: Screenful | null = null;
const listeners = new Set<(screenful: Screenful) => void>();

ipcRenderer.on(channels.screenful, (_event, screenful: Screenful) => {
  newest = screenful;
  for (const listener of listeners) listener(screenful);
});

const api: TerminalApi = {
  onScreenful: (listener) => {
    listeners.add(listener);
    if (newest) listener(newest);
    return () => {
      listeners.delete(listener);
    };
  },
  send: (event: ApplicantEvent) => ipcRenderer.send(channels.event, event),
  onPreview: (listener) => {
    const forward = (_event: unknown, jpeg: Uint8Array) => listener(jpeg);
    ipcRenderer.on(channels.preview, forward);
    return () => {
      ipcRenderer.off(channels.preview, forward);
    };
  },
  painted: (viewId) => ipcRenderer.send(channels.painted, viewId),
};

refuseDroppedFiles();
contextBridge.exposeInMainWorld('terminal', api);
ipcRenderer.send(channels.ready);
