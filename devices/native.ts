/**
 * The one place that loads native packages, and the only one that knows they can be stood in for. Adapters are handed
 * what they need from here and never import a native package themselves.
 */
import type { PcscModule } from './card-reader/pcsc.ts';
import type { SerialModule } from './serial-line.ts';

export interface NativePackages {
  readonly pcsc: PcscModule;
  readonly serialport: SerialModule;
}

/** Makes stand-ins with the interface of the packages; each speaks the real protocol to virtual devices. */
export type NativeMocks = () => Promise<NativePackages>;

/**
 * The real packages, or the stand-ins when hardware is simulated. The stand-ins come from the caller, by a dynamic
 * import, so that a packaged terminal need not contain them. Rejects when a real package cannot be loaded: without it
 * the installation is broken.
 */
export async function loadNative(
  choice: { readonly simulated: false } | { readonly simulated: true; readonly mocks: NativeMocks },
): Promise<NativePackages> {
  if (choice.simulated) return choice.mocks();
  const [pcsc, serialport] = await Promise.all([import('pcsc-mini'), import('serialport')]);
  return { pcsc: interop(pcsc), serialport: interop(serialport) };
}

/** A CommonJS package loaded by import(): its exports stand on `default`, and only some of them beside it. */
function interop<T extends object>(module: T): T {
  return 'default' in module && typeof module.default === 'object' && module.default !== null
    ? (module.default as T) // the whole of module.exports, which is what the package's types describe
    : module;
}
