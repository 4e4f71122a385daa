import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../src/errors.js'
import { openFile, openStream } from '../../src/input/open-byte-source.js'
import { withoutRights } from '../support/without-rights.js'
import { drain } from './drain.js'
import { INLINE } from './inline-decompression.js'
import { temporaryFolder } from './temporary-folder.js'

const MKFIFO = 'mkfifo' // Node makes no named pipes
const folder = temporaryFolder()
const path = join(folder, 'input')

function fileOf(content: Uint8Array) {
  writeFileSync(path, content)
  return openFile(path, INLINE)
}

function streamOf(content: Uint8Array, pieceBytes: number) {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < content.length; at += pieceBytes) pieces.push(content.slice(at, at + pieceBytes))
  return openStream(Readable.from(pieces, { objectMode: false }), INLINE)
}

const large = randomBytes(300_000)
const contents: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from([0x1f])],
  ['half of what gzip begins with', Buffer.from([0x1f, 0x8c, 3])],
  ['a few bytes', Buffer.from('abc')],
  ['as many bytes as the buffer', Buffer.from(large.subarray(0, 4096))],
  ['many bytes', large],
]

describe.each(contents)('of %s', (_name, content) => {
  it.each([2, 4096, 1_000_000])('a file gives the same through a buffer of %d bytes', async (bufferBytes) => {
    if (bufferBytes === 2 && content.length > 10_000) return
    const source = fileOf(content)
    expect(source.totalBytes).toBe(content.length)
    expect((await drain(source, bufferBytes)).equals(content)).toBe(true)
    expect([source.bytesRead, source.isAtEnd, source.isDecompressed, source.problem]).toEqual([
      content.length,
      true,
      false,
      null,
    ])
  })

  it.each([1, 1000, 70_000])('a stream of pieces of %d bytes gives the same', async (pieceBytes) => {
    if (pieceBytes === 1 && content.length > 10_000) return
    const source = streamOf(content, pieceBytes)
    expect(source.totalBytes).toBeNull()
    expect((await drain(source)).equals(content)).toBe(true)
    expect([source.bytesRead, source.isAtEnd, source.problem]).toEqual([content.length, true, null])
  })

  it('a gzip file and a gzip stream give the same', async () => {
    const compressed = gzipSync(content)
    for (const source of [fileOf(compressed), streamOf(compressed, 1), streamOf(compressed, 50_000)]) {
      expect((await drain(source)).equals(content)).toBe(true)
      expect([source.bytesRead, source.isAtEnd, source.isDecompressed, source.problem]).toEqual([
        compressed.length,
        true,
        true,
        null,
      ])
      if (compressed.length > 100_000) break
    }
  })
})

describe('openFile()', () => {
  it('says with the last bytes that the file has ended', async () => {
    const source = fileOf(Buffer.from('abc'))
    expect(source.isAtEnd).toBe(false)
    expect(await source.read(new Uint8Array(100))).toBe(3)
    expect(source.isAtEnd).toBe(true)
    await source.close()
  })

  it('follows a link, and reads nothing after it was closed', async () => {
    writeFileSync(path, 'abc')
    const link = join(folder, 'link')
    symlinkSync(path, link)
    expect((await drain(openFile(link))).toString()).toBe('abc')
    const source = openFile(link)
    await source.close()
    await source.close()
    expect(await source.read(new Uint8Array(10))).toBe(0)
  })

  it('waits with closing for a read that is under way', async () => {
    writeFileSync(path, large)
    const source = openFile(path)
    expect(await source.read(new Uint8Array(10))).toBe(10)
    const reading = source.read(new Uint8Array(1_000_000))
    await source.close()
    expect(await reading).toBe(large.length - 10)
  })

  it('names what it cannot open, and why', () => {
    mkdirSync(join(folder, 'inner'))
    const reasons: [string, string][] = [
      ['inner', 'it is a folder'],
      ['missing', 'no such file or folder'],
      ['input/below', ''],
    ]
    for (const [name, reason] of reasons) {
      const refused = join(folder, name)
      expect(() => openFile(refused)).toThrow(InputError)
      expect(() => openFile(refused)).toThrow(`Cannot read "${refused}": ${reason}`)
    }
    expect(() => openFile('/dev/null')).toThrow('Cannot read "/dev/null": it is not a regular file')
  })

  it.each([
    ['plain', Buffer.from('some bytes')],
    ['compressed', gzipSync('some bytes')],
  ])('reads a named pipe, %s, and closes it', async (name, content) => {
    const fifo = join(folder, `fifo-${name}`)
    execFileSync(MKFIFO, [fifo])
    const before = readdirSync('/proc/self/fd').length
    const source = openFile(fifo, INLINE)
    const writing = writeFile(fifo, content)
    expect(await drain(source)).toEqual(Buffer.from('some bytes'))
    await writing
    await source.close()
    const unread = openFile(fifo)
    const reading = unread.read(new Uint8Array(10))
    await unread.close()
    expect(await reading).toBe(0)
    await new Promise(setImmediate)
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  })

  it('says that it may not read a file', async () => {
    writeFileSync(join(folder, 'secret'), 'x', { mode: 0 })
    await withoutRights(() => expect(() => openFile(join(folder, 'secret'))).toThrow('permission denied'))
  })

  it('keeps no file open', async () => {
    const before = readdirSync('/proc/self/fd').length
    for (const content of [Buffer.from('abc'), gzipSync('abc'), gzipSync('abc').subarray(0, 12)]) {
      await drain(fileOf(content))
      const unread = fileOf(content)
      await unread.read(new Uint8Array(2))
      await unread.close()
    }
    expect(() => openFile(folder)).toThrow(InputError)
    expect(readdirSync('/proc/self/fd')).toHaveLength(before)
  })
})

describe('openStream()', () => {
  it('gives what has arrived without waiting for more', async () => {
    const stream = new PassThrough()
    const source = openStream(stream)
    stream.write('ab')
    const target = new Uint8Array(100)
    expect(await source.read(target)).toBe(2)
    const waiting = source.read(target)
    stream.write('cde')
    expect(await waiting).toBe(3)
    expect(source.isAtEnd).toBe(false)
    await source.close()
    expect(stream.destroyed).toBe(true)
  })

  it('takes no more from a stream than it was asked for', async () => {
    let produced = 0
    const stream = new Readable({
      highWaterMark: 64 * 1024,
      read() {
        produced += 64 * 1024
        this.push(Buffer.alloc(64 * 1024))
      },
    })
    const source = openStream(stream)
    for (let i = 0; i < 20; i++) await source.read(new Uint8Array(1000))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(produced).toBeLessThan(1024 * 1024)
    await source.close()
  })

  it('ends with a problem where the stream fails, and a waiting read ends with a closed one', async () => {
    const failing = new PassThrough()
    const source = openStream(failing)
    failing.write('abc')
    expect(await source.read(new Uint8Array(10))).toBe(3)
    failing.destroy(new Error('the line is gone'))
    expect(await source.read(new Uint8Array(10))).toBe(0)
    expect(source.problem).toEqual({ offset: 3, message: 'the line is gone', isOfSystem: true })

    const silent = openStream(new PassThrough())
    const waiting = silent.read(new Uint8Array(10))
    await silent.close()
    expect(await waiting).toBe(0)
  })

  it('says so where a stream gives text, or is closed before its end', async () => {
    const text = openStream(new PassThrough({ encoding: 'utf8' }).end('abc'))
    expect(await text.read(new Uint8Array(10))).toBe(0)
    expect(text.problem).toEqual({ offset: 0, message: 'the stream gives text or objects in place of bytes' })
    const stream = new PassThrough()
    const closed = openStream(stream)
    stream.write('abc')
    expect(await closed.read(new Uint8Array(10))).toBe(3)
    stream.destroy()
    expect(await closed.read(new Uint8Array(10))).toBe(0)
    expect(closed.problem).toEqual({ offset: 3, message: 'Premature close', isOfSystem: true })
  })

  it('reads nothing from a stream that has ended before', async () => {
    const ended = Readable.from([])
    ended.resume()
    await new Promise((resolve) => ended.on('close', resolve))
    expect(await drain(openStream(ended))).toHaveLength(0)
  })
})
