import { randomBytes } from 'node:crypto'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openFile } from '../../../src/input/open-byte-source.js'
import { SMALL_GZIP_BYTES, unpackSmallGzip } from '../../../src/pipeline/unpack/small-gzip.js'
import { drain } from '../../input/drain.js'
import { INLINE } from '../../input/inline-decompression.js'
import { temporaryFolder } from '../../input/temporary-folder.js'

const path = join(temporaryFolder(), 'small.gz')
const random = randomBytes(40_000)
const packed = gzipSync(random)

const contents: [string, Uint8Array][] = [
  ['nothing', gzipSync('')],
  ['a few bytes', gzipSync('abc')],
  ['bytes that do not shrink', packed],
  ['members', Buffer.concat([gzipSync('abc'), packed, gzipSync('def')])],
  ['content of the largest size', gzipSync(Buffer.alloc(1024 * 1024, 7))],
  ['an early end', packed.subarray(0, 30_000)],
  ['damage', Buffer.concat([packed.subarray(0, 20_000), Buffer.alloc(5_000), packed.subarray(25_000)])],
  ['something behind it', Buffer.concat([packed, Buffer.from('more')])],
  ['a header alone', packed.subarray(0, 5)],
]

describe('unpackSmallGzip()', () => {
  it.each(contents)('gives what any other way gives: %s', async (_what, bytes) => {
    writeFileSync(path, bytes)
    const other = openFile(path, INLINE)
    const expected = await drain(other, 1_000)
    const before = readdirSync('/proc/self/fd').length
    const source = (await unpackSmallGzip(path, bytes.length))!
    expect(readdirSync('/proc/self/fd').length).toBe(before)
    expect((await drain(source, 1_000)).equals(expected)).toBe(true)
    expect([
      source.problem,
      source.bytesRead,
      source.totalBytes,
      source.isAtEnd,
      source.isDecompressed,
    ]).toEqual([other.problem, bytes.length, bytes.length, true, true])
  })

  it('leaves large content to a thread', async () => {
    const bytes = gzipSync(Buffer.alloc(1024 * 1024 + 1))
    expect(bytes.length).toBeLessThan(SMALL_GZIP_BYTES)
    writeFileSync(path, bytes)
    expect(await unpackSmallGzip(path, bytes.length)).toBeNull()
  })

  it('tells of a file that has gone', async () => {
    rmSync(path)
    const source = (await unpackSmallGzip(path, 10))!
    expect(await source.read(new Uint8Array(10))).toBe(0)
    expect(source.problem).toMatchObject({ offset: 0, message: 'no such file or folder', isOfSystem: true })
  })
})
