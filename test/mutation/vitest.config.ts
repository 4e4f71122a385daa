import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const ROOMS = (process.env.MUTATED_ROOMS ?? 'ring,wire,stream,flow').split(',')
/** Tests that convert whole captures, in this process. */
const WHOLE_CAPTURES = ['test/fixtures/library.test.ts', 'test/e2e/lives.test.ts']

/** The tests that mutants are tried with: those of the rooms that are mutated, and whole captures. */
export default defineConfig({
  resolve: {
    alias: [
      { find: 'pcap-filter', replacement: resolve('packages/pcap-filter/src/index.ts') },
      // Only sources are mutated.
      { find: /^(?:\.\.\/)+dist\/(.*)\.js$/, replacement: resolve('src/$1.ts') },
      // A test that is run for thousands of mutants tries its properties a few times only.
      ...(process.env.ALL_RUNS === '1'
        ? []
        : [{ find: 'fast-check', replacement: resolve('test/mutation/few-runs.ts') }]),
    ],
  },
  test: {
    testTimeout: 60_000,
    exclude: ['test/flow/short-memory.test.ts'], // it needs all of its runs
    include: [
      ...ROOMS.map((room) => `test/${room}/**/*.test.ts`),
      ...(process.env.ROOMS_ONLY === '1' ? [] : WHOLE_CAPTURES),
    ],
  },
})
