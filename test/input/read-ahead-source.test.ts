import { PassThrough, Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { ReadAheadSource } from '../../src/input/read-ahead-source.js'
import { StreamByteSource } from '../../src/input/stream-source.js'
import { drain } from './drain.js'

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251))
const turn = () => new Promise((done) => setTimeout(done, 10))

it.each([1000, 65_536, 1_000_000])(
  'ReadAheadSource gives all bytes, through a buffer of %d bytes',
  async (size) => {
    const source = new ReadAheadSource(new StreamByteSource(Readable.from([bytes], { objectMode: false })))
    await turn()
    expect(source.bytesRead).toBe(bytes.length)
    expect(source.isAtEnd).toBe(false)
    expect((await drain(source, size)).equals(bytes)).toBe(true)
    expect(source.isAtEnd).toBe(true)
  },
)

it('ReadAheadSource is at most 4 MiB ahead, and does not go on when it is closed', async () => {
  const endless = new Readable({ read: () => endless.push(Buffer.alloc(64 * 1024)) })
  const source = new ReadAheadSource(new StreamByteSource(endless))
  for (let i = 0; i < 20; i++) await turn()
  expect(source.bytesRead).toBe(4 * 1024 * 1024)
  await source.close()
  expect(await source.read(new Uint8Array(10))).toBe(0)
})

it('ReadAheadSource tells what was wrong, and ends a waiting read when it is closed', async () => {
  const stream = new PassThrough()
  const source = new ReadAheadSource(new StreamByteSource(stream))
  stream.write('abc')
  await turn()
  expect(await source.read(new Uint8Array(10))).toBe(3)
  const waiting = source.read(new Uint8Array(10))
  stream.destroy(new Error('the line is gone'))
  expect(await waiting).toBe(0)
  expect(source.problem).toEqual({ offset: 3, message: 'the line is gone' })
  await source.close()
})
