/** The camera window's whole reach into main: `window.camera`. */
import { contextBridge, ipcRenderer } from 'electron';
import { type CameraApi, cameraChannels } from '../contract/camera.ts';
import { refuseDroppedFiles } from './refuse-dropped-files.ts';

const api: CameraApi = {
  onRequest: (listener) => {
    ipcRenderer.on(cameraChannels.request, (_event, request: unknown) => listener(request));
  },
  report: (report) => ipcRenderer.send(cameraChannels.report, report),
};

refuseDroppedFiles();
contextBridge.exposeInMainWorld('camera', api);
