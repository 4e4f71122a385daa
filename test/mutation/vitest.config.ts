import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const ROOMS = (process.env.MUTATED_ROOMS ?? 'ring,wire,stream,flow').split(',')

/** The unit tests of the rooms that are mutated. */
export default defineConfig({
  resolve: {
    // A test that is run for thousands of mutants tries its properties a few times only.
    alias: process.env.ALL_RUNS === '1' ? {} : { 'fast-check': resolve('test/mutation/few-runs.ts') },
  },
  test: { testTimeout: 60_000, include: ROOMS.map((room) => `test/${room}/**/*.test.ts`) },
})
