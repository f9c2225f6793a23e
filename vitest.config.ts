import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Nothing here counts on a clean module registry between files but what the files say themselves.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [
            'test/e2e/**',
            'test/renderer/**',
            'test/contract/**',
            'test/faults/renderer-killed.test.ts',
          ],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Each file has a daemon, ttys and folders of its own.
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          // The renderers' own tests show their pages in a real Electron too.
          include: [
            'test/e2e/**/*.test.ts',
            'test/faults/renderer-killed.test.ts',
            'test/renderer/**/*.test.{ts,tsx}',
          ],
          // Each file has a display and a data folder of its own; two at a time leave neither core idle.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
