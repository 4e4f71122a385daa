import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLz4Block } from '../../../src/input/decompress/lz4-block.js'

/** Decodes behind the window `before`. Null: damaged. */
function decode(block: readonly number[] | Uint8Array, before = '', room = 1000): string | null {
  const target = new Uint8Array(before.length + room)
  target.set(Buffer.from(before))
  const source = Uint8Array.from([0xee, ...block, 0xee])
  const end = decodeLz4Block(source, 1, 1 + block.length, target, before.length, target.length)
  return end < 0 ? null : Buffer.from(target.subarray(before.length, end)).toString('latin1')
}

const bytes = (text: string) => [...Buffer.from(text, 'latin1')]

describe('decodeLz4Block()', () => {
  // [name, block, window before, content; null: damaged]
  const cases: [string, number[], string, string | null][] = [
    ['takes literals alone', [0x30, ...bytes('abc')], '', 'abc'],
    ['takes an empty block of one token', [0x00], '', ''],
    ['takes a long length of literals', [0xf0, 5, ...bytes('x'.repeat(20))], '', 'x'.repeat(20)],
    [
      'takes a length that is continued once more',
      [0xf0, 255, 0, ...bytes('x'.repeat(270))],
      '',
      'x'.repeat(270),
    ],
    ['copies a match', [0x40, ...bytes('abcd'), 4, 0, 0x00], '', 'abcdabcd'],
    ['repeats a match that overlaps itself', [0x1f, 0x61, 1, 0, 81, 0x00], '', 'a'.repeat(101)],
    ['repeats two bytes', [0x2f, ...bytes('ab'), 2, 0, 81, 0x00], '', 'ab'.repeat(51)],
    ['reaches back into the window', [0x00, 3, 0, 0x10, 0x21], 'xyz', 'xyzx!'],
    ['refuses a match before the window', [0x00, 4, 0, 0x00], 'xyz', null],
    ['refuses an offset of 0', [0x10, 0x61, 0, 0, 0x00], '', null],
    ['refuses literals beyond the block', [0x40, ...bytes('abc')], '', null],
    ['refuses an offset that is cut', [0x10, 0x61, 1], '', null],
    ['refuses a length that is cut', [0xf0, 255], '', null],
    ['refuses a length of a match that is cut', [0x1f, 0x61, 1, 0], '', null],
    ['refuses a block that ends with a match', [0x10, 0x61, 1, 0], '', null],
    ['refuses nothing', [], '', null],
  ]
  it.each(cases)('%s', (_name, block, before, content) => {
    expect(decode(block, before)).toBe(content)
  })

  it('refuses content beyond the room', () => {
    expect(decode([0x30, ...bytes('abc')], '', 3)).toBe('abc')
    expect(decode([0x30, ...bytes('abc')], '', 2)).toBeNull()
    expect(decode([0x10, 0x61, 1, 0, 0x00], '', 4)).toBeNull()
  })

  it('never throws, and never writes outside of its room', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(40), fc.nat(100), (block, before, room) => {
        const target = new Uint8Array(before + room + 10).fill(7)
        const end = decodeLz4Block(block, 0, block.length, target, before, before + room)
        expect(end).toBeLessThanOrEqual(before + room)
        for (const outside of [target.subarray(0, before), target.subarray(before + room)]) {
          expect(outside.every((byte) => byte === 7)).toBe(true)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
