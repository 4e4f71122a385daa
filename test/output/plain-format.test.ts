import { describe, expect, it } from 'vitest'
import { blankChunk, type Chunk } from '../../src/output/chunk.js'
import { HeaderFormat, RawFormat } from '../../src/output/plain-format.js'
import { RecordingTarget } from './recording-target.js'

const text = new TextEncoder()

function chunkOf(payload: string, more: Partial<Chunk> & { shown?: string } = {}): Chunk {
  const { shown = '', ...fields } = more
  const chunk = {
    ...blankChunk(),
    bytes: text.encode(`--${payload}--`),
    from: 2,
    to: 2 + payload.length,
    ...fields,
  }
  chunk.marker.set(text.encode(shown))
  chunk.markerBytes = shown.length
  return chunk
}

const written = (format: RawFormat | HeaderFormat, chunk: Chunk): string => {
  const target = new RecordingTarget()
  format.write(target, chunk)
  return target.text
}

describe('RawFormat', () => {
  it.each([
    ['payload as it is', chunkOf('ls\n'), 'ls\n'],
    ['nothing for an empty datagram', chunkOf(''), ''],
    [
      'the marker directly before the chunk',
      chunkOf('ls\n', { shown: '[12 bytes missing]' }),
      '[12 bytes missing]ls\n',
    ],
    ['zeros before the chunk', chunkOf('ls\n', { zeros: 3 }), '\0\0\0ls\n'],
  ])('writes %s', (_name, chunk, bytes) => {
    expect(written(new RawFormat(), chunk)).toBe(bytes)
  })
})

describe('HeaderFormat', () => {
  it.each([
    [
      'side and size before payload',
      chunkOf('ls\n', { side: 1 }),
      '\r\n{"_":"--------------------","side":"1","size":"3"}\r\nls\n',
    ],
    ['an empty datagram', chunkOf(''), '\r\n{"_":"--------------------","side":"0","size":"0"}\r\n'],
    [
      'a size with the marker in it',
      chunkOf('ls\n', { shown: '[12 bytes missing]' }),
      '\r\n{"_":"--------------------","side":"0","size":"21"}\r\n[12 bytes missing]ls\n',
    ],
    [
      'a size with the zeros in it',
      chunkOf('ls\n', { zeros: 2 }),
      '\r\n{"_":"--------------------","side":"0","size":"5"}\r\n\0\0ls\n',
    ],
  ])('writes %s', (_name, chunk, bytes) => {
    expect(written(new HeaderFormat(), chunk)).toBe(bytes)
  })

  it('lets payload imitate no header where it is guarded, and leaves it as it is elsewhere', () => {
    const header = '\r\n{"_":"--------------------","side":"0","size":"3"}\r\n'
    const payload = `a${header}{"_":"-"}${header}`
    const size = header.replace('3', `${payload.length}`)
    const chunk = chunkOf(payload)
    expect(written(new HeaderFormat(), chunk)).toBe(`${size}${payload}`)
    expect(written(new HeaderFormat(true), chunk)).toBe(
      size + payload.replaceAll('{"_":"--------------------', '\\x7B"_":"--------------------'),
    )
  })
})
