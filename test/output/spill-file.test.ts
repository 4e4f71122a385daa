import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OutputError } from '../../src/errors.js'
import { SpillFile } from '../../src/output/spill-file.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spill-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('SpillFile', () => {
  it('puts other bytes in the place of what was written', () => {
    const spill = new SpillFile(join(folder, 'held'))
    spill.write(Buffer.from('ab'), 0, 2)
    const position = spill.write(Buffer.from('cdef'), 0, 4)
    spill.rewrite(position + 1, Buffer.from('-XY-'), 1, 3)
    const target = new Uint8Array(6)
    spill.read(0, target)
    expect(Buffer.from(target).toString()).toBe('abcXYf')
    expect(spill.write(Buffer.from('g'), 0, 1)).toBe(6)
    spill.close()
  })

  it('gives back what was written, in any order, and uses the room again', () => {
    const piece = fc.uint8Array({ minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const spill = new SpillFile(join(folder, 'held'))
        const positions = pieces.map((bytes) => {
          const padded = new Uint8Array(bytes.length + 2)
          padded.set(bytes, 1)
          const position = spill.write(padded, 1, 1 + bytes.length)
          padded.fill(0xee) // the slab is used again
          return position
        })
        for (const [i, bytes] of [...pieces.entries()].reverse()) {
          const target = new Uint8Array(bytes.length)
          spill.read(positions[i]!, target)
          expect(target).toEqual(bytes)
          spill.free(bytes.length)
        }
        if (pieces.length > 0) expect(spill.write(new Uint8Array(1), 0, 1)).toBe(0)
        spill.close()
      }),
      { numRuns: 100 },
    )
  })

  it('has no name once it is open, and is not made before it is needed', () => {
    const path = join(folder, 'held')
    const spill = new SpillFile(path)
    spill.close()
    spill.write(new Uint8Array(3), 0, 3)
    expect(existsSync(path)).toBe(false)
    spill.close()
  })

  it('names the file when it cannot be made', () => {
    const path = join(folder, 'missing', 'held')
    const spill = new SpillFile(path)
    expect(() => spill.write(new Uint8Array(1), 0, 1)).toThrow(OutputError)
    expect(() => spill.write(new Uint8Array(1), 0, 1)).toThrow(path)
  })
})
