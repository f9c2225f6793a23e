/** Entry of the bench window: the virtual hardware, in simulation only. */
import { createRoot } from 'react-dom/client';
import type { BenchApi } from '../../main/contract/bench.ts';
import '../theme/fonts.css';
import '../theme/tokens.css';
import './bench.css';
import { Bench } from './Bench.tsx';

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly bench: BenchApi;
  }
}

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(<Bench api={window.bench} />);
