import { expect, it } from 'vitest'
import { BLOCK_BYTES } from '../../../src/bytes/page-arena.js'
import { MAX_SHARED_BYTES } from '../../../src/bytes/shared-memory.js'
import { ResourceError } from '../../../src/errors.js'
import { layOutMemory, ringRecords, takeMemory } from '../../../src/pipeline/line/memory-layout.js'

const MIB = 1024 * 1024
const SLABS = 36 * MIB + 17

it.each<[string, number, number]>([
  [
    'the ceiling is shared by the workers, half for output and the rest for early segments and copies',
    512 * MIB,
    2,
  ],
  ['each worker has a block of each however small the ceiling', MIB, 16],
  ['what one memory cannot hold is left unused', 2 ** 40, 3],
])('%s', (_name, memoryBytes, workers) => {
  const { totalBytes, slabs, workers: ranges } = layOutMemory(SLABS, memoryBytes, workers)
  const all = [slabs, ...ranges.flatMap(({ output, held, copies }) => [output, held, copies])]
  expect(ranges).toHaveLength(workers)
  expect(totalBytes).toBeLessThanOrEqual(MAX_SHARED_BYTES)
  expect(totalBytes - SLABS).toBeLessThanOrEqual(Math.max(memoryBytes, 3 * workers * BLOCK_BYTES))
  expect(totalBytes).toBeGreaterThan(Math.min(memoryBytes, MAX_SHARED_BYTES) * 0.99)
  expect(all.map(({ from }) => from)).toEqual([0, ...all.slice(0, -1).map(({ to }) => to)])
  expect(all.at(-1)?.to).toBe(totalBytes)
  for (const { from, to } of all.slice(1)) expect(to - from).toBeGreaterThanOrEqual(BLOCK_BYTES)
})

it('memory that the system does not give is a matter of --memory', () => {
  const layout = { ...layOutMemory(SLABS, MIB, 1), totalBytes: 2 * MAX_SHARED_BYTES }
  expect(() => takeMemory(layout)).toThrow(ResourceError)
  expect(() => takeMemory(layout)).toThrow(
    /^Cannot use --memory: the system refuses so much memory \(\d+ MiB/,
  )
})

it('rings are as long as they may be, and together not longer than sixteen such', () => {
  const records = Array.from({ length: 256 }, (_, i) => ringRecords(i + 1))
  expect(records.slice(0, 16)).toEqual(Array(16).fill(8_192))
  expect([records[16], records[255]]).toEqual([4_096, 512])
  expect(records.every((count) => Number.isInteger(Math.log2(count)))).toBe(true)
})
