/** Entry of the applicant window. */
import { createRoot } from 'react-dom/client';
import type { TerminalApi } from '../../main/contract/terminal-api.ts';
import '../theme/index.css';
import { App } from './App.tsx';

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly terminal: TerminalApi;
  }
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(<App terminal={window.terminal} clock={{ now: () => Date.now() }} />);
