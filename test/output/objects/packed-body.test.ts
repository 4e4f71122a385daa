import { expect, it } from 'vitest'
import { PackedBody } from '../../../src/output/objects/packed-body.js'
import type { SpillFile } from '../../../src/output/spill-file.js'

/** A spill file that leaves so many bytes free between what is written. */
function apart(distance: number) {
  const memory = new Uint8Array(1 << 20)
  let end = 0
  const spill: Pick<SpillFile, 'write' | 'read' | 'free'> = {
    write(bytes, from, to) {
      const position = end
      memory.set(bytes.subarray(from, to), position)
      end = position + to - from + distance
      return position
    },
    read: (position, target) => target.set(memory.subarray(position, position + target.length)),
    free: (bytes) => {
      end -= bytes
    },
  }
  return spill as SpillFile
}

it('takes no more than so many bytes, and gives them in order', () => {
  const body = new PackedBody(apart(0), 5)
  expect([body.add(Buffer.from('xabx'), 1, 3), body.add(Buffer.from('cde'), 0, 3)]).toEqual([true, true])
  expect([body.add(Buffer.from('f'), 0, 1), body.length]).toEqual([false, 5])
  expect(Buffer.from(body.take()).toString()).toBe('abcde')
  expect([body.length, body.add(Buffer.from('f'), 0, 1)]).toEqual([0, true])
})

it.each([0, 1])('takes no more than 65,536 pieces, which stand %d bytes apart', (distance) => {
  const body = new PackedBody(apart(distance), 1e9)
  const byte = Buffer.from('a')
  let pieces = 0
  while (body.add(byte, 0, 1)) pieces += 1
  expect(pieces).toBe(65_536)
  expect(Buffer.from(body.take()).equals(Buffer.alloc(pieces, 'a'))).toBe(true)
})
