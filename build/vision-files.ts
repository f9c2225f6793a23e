/**
 * Ships the face models and the WebAssembly kernels they run on with the camera window, as `assets/vision/`:
 * a terminal has no internet to fetch them from, which is where the library looks by default.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';

const models = ['blazeface', 'facemesh', 'faceres', 'antispoof', 'liveness'] as const;

/** Every processor since 2013 has the SIMD that this one needs. */
const kernels = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm'] as const;

/** @param root the project's folder */
export function visionFiles(root: string): Plugin {
  const sources = [
    ...models.flatMap((model) => ['json', 'bin'].map((ext) => `@vladmandic/human/models/${model}.${ext}`)),
    ...kernels.map((kernel) => `@tensorflow/tfjs-backend-wasm/dist/${kernel}`),
  ];
  return {
    name: 'vision-files',
    apply: 'build',
    generateBundle() {
      for (const source of sources) {
        this.emitFile({
          type: 'asset',
          fileName: `assets/vision/${path.basename(source)}`,
          source: readFileSync(path.join(root, 'node_modules', source)),
        });
      }
    },
  };
}
