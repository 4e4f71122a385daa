import { describe, expect, it } from 'vitest'
import { SpooledFiles } from '../../../src/output/zip/spooled-files.js'
import { ZEROS } from '../../../src/output/zip/zip-entry.js'
import type { ZipSpool } from '../../../src/output/zip/zip-spool.js'

/** The pieces of each entry, from a spool that has `spooled` bytes already. */
function setUp(spooled: number) {
  const entries: number[][] = []
  let position = spooled
  const spool = {
    append: (_bytes: Uint8Array, from: number, to: number) => {
      position += to - from
      return position - (to - from)
    },
    add: (
      _connection: number,
      _kind: number,
      _name: string,
      _crc: number,
      size: number,
      at: number,
      length: number,
      more: readonly number[],
    ) => entries.push([size, at, length, ...more]),
  } as unknown as ZipSpool
  const files = new SpooledFiles(spool, {
    path: String,
    name: String,
    connection: () => 0,
    kind: () => 0,
  })
  return { entries, files }
}

describe('SpooledFiles', () => {
  const bytes = new Uint8Array(200)

  it('joins pieces that stand one behind the other', () => {
    const { entries, files } = setUp(10)
    files.write(0, bytes, 0, 5, 0)
    files.write(0, bytes, 0, 7, 5)
    files.write(1, bytes, 0, 1, 0)
    files.write(0, bytes, 0, 2, 12)
    files.complete(0)
    expect(entries).toEqual([[14, 10, 12, 23, 2]])
  })

  it('keeps zeros and bytes apart, whatever stands in the spool', () => {
    for (let spooled = 0; spooled < 120; spooled++) {
      const { entries, files } = setUp(spooled)
      files.write(0, bytes, 0, 50, 100)
      files.complete(0)
      expect(entries).toEqual([[150, ZEROS, 100, spooled, 50]])
    }
  })

  it('has an empty entry only where something was written', () => {
    const { entries, files } = setUp(0)
    files.complete(0)
    files.setLength(1, 0)
    files.complete(1)
    files.complete(1)
    expect(entries).toEqual([[0, ZEROS, 0]])
  })
})
