/** The page's side of the vision worker. */
import type { Numbered, VisionAnswer, VisionRequest } from './vision-messages.ts';

export interface Vision {
  ask(request: VisionRequest): Promise<VisionAnswer>;
  /** Ends the thread; what was asked is answered `failed`. */
  stop(): void;
}

/** Starts the worker and lets it load its models; requests made meanwhile wait for it. */
export function startVision(): Vision {
  const worker = new Worker(new URL('./vision-worker.ts', import.meta.url), {
    type: 'module',
    name: 'vision',
  });
  const waiting = new Map<number, (answer: VisionAnswer) => void>();
  let lastId = 0;
  let ended: string | null = null;

  const end = (reason: string) => {
    ended ??= reason;
    worker.terminate();
    for (const settle of waiting.values()) settle({ type: 'failed', reason });
    waiting.clear();
  };
  worker.onmessage = (event: MessageEvent<Numbered<VisionAnswer>>) => {
    waiting.get(event.data.id)?.(event.data.content);
    waiting.delete(event.data.id);
  };
  worker.onerror = () => end('the vision thread has failed');

  const ask = (content: VisionRequest): Promise<VisionAnswer> =>
    new Promise((resolve) => {
      if (ended !== null) return resolve({ type: 'failed', reason: ended });
      lastId += 1;
      waiting.set(lastId, resolve);
      const transfer = content.type === 'measure' ? [content.frame] : [];
      worker.postMessage({ id: lastId, content } satisfies Numbered<VisionRequest>, transfer);
    });

  const loaded = ask({ type: 'load', modelFolder: new URL('/assets/vision/', location.href).href });
  return {
    ask: async (request) => {
      const outcome = await loaded;
      return outcome.type === 'done' ? ask(request) : outcome;
    },
    stop: () => end('stopped'),
  };
}
