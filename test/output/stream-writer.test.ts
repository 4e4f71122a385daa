import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { StreamWriter } from '../../src/output/stream-writer.js'

const bytes = new TextEncoder().encode('abc')

describe('StreamWriter', () => {
  it('waits until the stream has room again', async () => {
    const waiting: (() => void)[] = []
    const stream = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => void waiting.push(done),
    })
    const writer = new StreamWriter(stream, 'the stream')
    let isWritten = false
    const written = writer.write(bytes).then(() => {
      isWritten = true
    })
    await new Promise(setImmediate)
    expect(isWritten).toBe(false)
    waiting.shift()?.()
    await written
    expect(writer.bytesWritten).toBe(3)
    expect(stream.listenerCount('drain') + stream.listenerCount('close')).toBe(0)
    writer.detach()
    expect(stream.listenerCount('error')).toBe(0)
  })

  it('reports an error at once when it waits, and at the next write when it does not', async () => {
    for (const highWaterMark of [1, 1000]) {
      const stream = new Writable({
        highWaterMark,
        write: (_chunk, _encoding, done) => setImmediate(done, new Error('broken pipe')),
      })
      const writer = new StreamWriter(stream, 'the stream')
      const first = writer.write(bytes)
      if (highWaterMark === 1) {
        await expect(first).rejects.toThrow('Cannot write to the stream: broken pipe')
      } else {
        await first
        await new Promise((resolve) => stream.on('close', resolve))
      }
      await expect(writer.write(bytes)).rejects.toThrow('Cannot write to the stream: broken pipe')
    }
  })

  it('refuses a stream that was closed', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done() })
    stream.destroy()
    await expect(new StreamWriter(stream, 'the stream').write(bytes)).rejects.toThrow(
      'Cannot write to the stream: it is closed',
    )
  })
})
