import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { openFile, openStream } from '../../../dist/input/open-byte-source.js'
import { ThreadedDecompression } from '../../../dist/pipeline/unpack/threaded-decompression.js' // threads run only what is built
import type { ByteSource } from '../../../src/input/byte-source.js'
import { drain } from '../../input/drain.js'

const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-decompression-'))
const decompression = new ThreadedDecompression()
afterAll(async () => {
  await decompression.close()
  rmSync(folder, { recursive: true })
})

/** 8 MB, twice of what a thread is ahead. */
const content = Buffer.from(randomBytes(4_000_000).toString('hex'))
const packed = gzipSync(content, { level: 1 })
const path = join(folder, 'input.gz')
writeFileSync(path, packed)

const turn = () => new Promise((done) => setTimeout(done, 2))

describe('ThreadedDecompression', () => {
  it.each([1000, 100_000, 10_000_000])('gives the content in reads of %d bytes', async (bytes) => {
    const source = openFile(path, decompression)
    if (bytes === 1000) await source.readAhead()
    expect((await drain(source, bytes)).equals(content)).toBe(true)
    expect([source.problem, source.isAtEnd, source.bytesRead]).toEqual([null, true, packed.length])
  })

  it('reads no more than the beginning of what nobody has read from, unless it is asked to read ahead', async () => {
    const looked = openFile(path, decompression)
    const ahead = openFile(path, decompression)
    await ahead.readAhead()
    expect(await looked.read(new Uint8Array(100))).toBe(100)
    while (ahead.bytesRead < packed.length / 3) await turn()
    expect(looked.bytesRead).toBeLessThan(packed.length / 8)
    await Promise.all([looked.close(), ahead.close()])
  })

  it('can be closed at any moment, also while a read waits, and its thread takes the next input', async () => {
    for (let reads = 0; reads < 20; reads++) {
      const source = openFile(path, decompression)
      if (reads % 2 === 0) source.readAhead().catch(() => {})
      for (let i = 0; i < reads; i++) await source.read(new Uint8Array(10 ** (i % 7)))
      const reading = source.read(new Uint8Array(100_000))
      if (reads % 3 === 0) await turn()
      await source.close()
      await reading
      expect(await source.read(new Uint8Array(10))).toBe(0)
    }
    expect((await drain(openFile(path, decompression), 1_000_000)).equals(content)).toBe(true)
  })

  it('gives what a stream has sent before it goes on', async () => {
    const stream = new PassThrough()
    const source = openStream(stream, decompression)
    const whole: Buffer[] = []
    for (let at = 0; at < packed.length; at += 300_000) {
      stream.write(packed.subarray(at, at + 300_000))
      const target = new Uint8Array(10_000_000)
      whole.push(Buffer.from(target.subarray(0, await source.read(target))))
    }
    expect(whole.every(({ length }) => length > 0)).toBe(true)
    stream.end()
    whole.push(await drain(source, 1_000_000))
    expect(Buffer.concat(whole).equals(content)).toBe(true)
  })

  it('reads many inputs at once and one after the other, and none waits for ever', async () => {
    const small = gzipSync(content.subarray(0, 1000))
    writeFileSync(join(folder, 'small.gz'), small)
    const read = async (source: ByteSource, expected: Uint8Array) => {
      const found = await drain(source, 300_000)
      expect(found.equals(expected)).toBe(true)
    }
    for (let round = 0; round < 10; round++) {
      const sources = Array.from({ length: 6 }, (_, i) =>
        openFile(i % 2 === 0 ? path : join(folder, 'small.gz'), decompression),
      )
      for (const source of sources.slice(round % 6)) source.readAhead().catch(() => {})
      await Promise.all(
        sources.map((source, i) => read(source, i % 2 === 0 ? content : content.subarray(0, 1000))),
      )
    }
  })

  it('ends what is being unpacked with a problem when its thread ends', async () => {
    const own = new ThreadedDecompression()
    const source = openFile(path, own)
    expect(await source.read(new Uint8Array(10))).toBe(10)
    await own.close()
    await drain(source, 1_000_000)
    expect(source.problem?.message).toMatch(/^cannot be unpacked: /)
  })
})
