// The least an Electron application can be: one sandboxed window with a button. What the terminal is measured against.
const { app, BrowserWindow, ipcMain } = require('electron');
const path = require('node:path');

app.whenReady().then(() => {
  const window = new BrowserWindow({
    width: 1080,
    height: 1920,
    useContentSize: true,
    enableLargerThanScreen: true,
    show: false,
    webPreferences: { sandbox: true, contextIsolation: true, preload: path.join(__dirname, 'preload.cjs') },
  });
  window.once('ready-to-show', () => window.show());
  ipcMain.once('painted', () => {
    console.error(JSON.stringify({ event: 'painted', viewId: 1 }));
  });
  process.on('SIGUSR2', () => {
    const kilobytes = app.getAppMetrics().reduce((sum, { memory }) => sum + memory.workingSetSize, 0);
    console.error(JSON.stringify({ event: 'memory', kilobytes }));
  });
  window.loadFile(path.join(__dirname, 'index.html'));
});
