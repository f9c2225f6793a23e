// One locked-down window on the gallery page; Electron is the browser the terminal ships with.
const { app, BrowserWindow } = require('electron');

app.whenReady().then(() => {
  const window = new BrowserWindow({
    useContentSize: true,
    width: 1080,
    height: 1920,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  return window.loadURL(String(process.argv.at(-1)));
});
