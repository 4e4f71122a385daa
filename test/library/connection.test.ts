import { createHash } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Connection } from '../../src/library/connection.js'
import type { IndexRecord } from '../../src/library/index-record.js'
import { blankChunk } from '../../src/output/chunk.js'
import { HandoverFormat } from '../../src/output/handover/handover-format.js'
import { openFilesBelow, tempFolder } from '../output/support.js'

const record = { uid: 'C1', orig_file: 'a.txt', resp_file: 'a.txt' } as unknown as IndexRecord

interface TestChunk {
  readonly side: number
  readonly tsSec: number
  readonly tsNsec: number
  readonly zeros: number
  readonly bytes: Uint8Array
}

function fileOf(chunks: readonly TestChunk[]): string {
  const parts: Uint8Array[] = []
  const target = {
    append: (bytes: Uint8Array, from: number, to: number) => parts.push(bytes.slice(from, to)),
    repeat() {},
  }
  const format = new HandoverFormat()
  for (const chunk of chunks)
    format.write(target, { ...blankChunk(), ...chunk, from: 0, to: chunk.bytes.length })
  const path = join(tempFolder(), 'a.txt')
  writeFileSync(path, Buffer.concat(parts))
  return path
}

const digest = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')

const chunk: fc.Arbitrary<TestChunk> = fc.record({
  side: fc.nat(1),
  tsSec: fc.nat(),
  tsNsec: fc.nat(999_999_999),
  zeros: fc.maxSafeNat(),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.nat(400_000).map((size) => new Uint8Array(size).fill(size)),
  ),
})

describe('Connection', () => {
  it('gives the chunks that were written, whatever their sizes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), async (chunks) => {
        const connection = new Connection(record, fileOf(chunks))
        const taken = []
        for await (const { bytes, ...known } of connection.chunks())
          taken.push({ ...known, bytes: digest(bytes) })
        expect(taken).toEqual(
          chunks.map(({ side, zeros, bytes, ...time }) => ({
            ...time,
            side: side === 0 ? 'orig' : 'resp',
            missingBefore: zeros,
            bytes: digest(bytes),
          })),
        )
        const orig = chunks.filter(({ side }) => side === 0).map(({ bytes }) => bytes)
        expect(Buffer.from(await connection.payload('orig')).equals(Buffer.concat(orig))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('has no payload without a file, and names none', async () => {
    const connection = new Connection(record, null)
    expect(await connection.payload('resp')).toEqual(new Uint8Array(0))
    expect(connection.record).toEqual({ uid: 'C1', orig_file: null, resp_file: null })
    connection.release()
    await expect(connection.payload('resp')).rejects.toThrow('Cannot read the payload')
  })

  it('deletes its file when it is released, and ends a reading that is under way', async () => {
    const one = { side: 0, tsSec: 1, tsNsec: 2, zeros: 0, bytes: new Uint8Array([1]) }
    const path = fileOf([one, one])
    const connection = new Connection(record, path)
    const chunks = connection.chunks()
    expect((await chunks.next()).done).toBe(false)
    connection.release()
    expect(existsSync(path)).toBe(false)
    await expect(chunks.next()).rejects.toThrow('after the iteration has moved on')
    expect(openFilesBelow(path)).toBe(0)
  })
})
