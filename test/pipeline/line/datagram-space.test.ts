import { expect, it } from 'vitest'
import { DatagramSpace } from '../../../src/pipeline/line/datagram-space.js'
import { passEpoch, SlabPool } from '../../../src/ring/slab-pool.js'

const LARGEST_DATAGRAM_BYTES = 65_535 + 40
const SLAB_BYTES = 380_000

function setUp(slabs: number) {
  const passed = new SharedArrayBuffer(4)
  const pool = new SlabPool(slabs, 0, SLAB_BYTES, passed)
  return { pool, space: new DatagramSpace(pool), passed: new Int32Array(passed) }
}

it('has room for nothing until it has a slab, then for two of the largest datagrams as long as it says so', () => {
  const { space } = setUp(1)
  expect(space.hasRoom).toBe(false)
  expect(() => space.reserve(1)).toThrow('bug: ')
  expect(space.tryRenew(1)).toBe(true)
  const positions: number[] = []
  while (space.hasRoom) {
    positions.push(space.reserve(LARGEST_DATAGRAM_BYTES), space.reserve(LARGEST_DATAGRAM_BYTES))
  }
  expect(positions).toEqual([0, 1, 2, 3].map((datagram) => datagram * LARGEST_DATAGRAM_BYTES))
})

it('gives its slab back after the epoch that it was used in', () => {
  const { pool, space, passed } = setUp(2)
  space.tryRenew(1)
  const first = space.reserve(10)
  expect(space.tryRenew(2)).toBe(true)
  expect(space.reserve(10)).not.toBe(first)
  expect(space.tryRenew(3)).toBe(false) // the first slab may still be read
  passEpoch(passed, 0, 2)
  expect(space.tryRenew(3)).toBe(true)
  expect(space.reserve(10)).toBe(first)
  expect(pool.tryTake()).toBe(-1)
})
