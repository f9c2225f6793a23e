/** Builds the gallery page and serves it on a port of its own. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig, preview } from 'vite';

export interface GalleryServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param outDir folder for the built page; emptied first */
export async function serveGallery(outDir: string): Promise<GalleryServer> {
  const root = fileURLToPath(new URL('.', import.meta.url));
  const config: InlineConfig = {
    root,
    configFile: false,
    logLevel: 'warn',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 },
  };
  await build(config);
  const server = await preview({ ...config, preview: { port: 0, strictPort: false, host: '127.0.0.1' } });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('The gallery server has no address.');
  return { url, close: () => server.close() };
}
