import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConsoleBlock, ConsoleTarget } from '../../../src/output/console/console-block.js'
import { ConsoleMerger } from '../../../src/output/console/console-merger.js'

function memoryStream(highWaterMark = 16_384): { stream: Writable; text: () => string } {
  const parts: Buffer[] = []
  const stream = new Writable({
    highWaterMark,
    write(chunk: Buffer, _encoding, done) {
      setImmediate(() => {
        parts.push(Buffer.from(chunk)) // late: the bytes must not have changed
        done()
      })
    },
  })
  return { stream, text: () => Buffer.concat(parts).toString('latin1') }
}

const ended = (stream: Writable): Promise<void> => new Promise((resolve) => stream.end(resolve))

function block(
  pieces: readonly (readonly [event: number, first: number, text: string, count?: number])[],
): ConsoleBlock | null {
  const target = new ConsoleTarget()
  for (const [event, first, text, count] of pieces) {
    target.eventNumber = event
    target.firstNumber = first
    const bytes = Buffer.from(text, 'latin1')
    if (count === undefined) target.append(bytes, 0, bytes.length)
    else target.repeat(bytes, count)
    bytes.fill(0x21)
  }
  return target.take()
}

async function merged(isTerminal: boolean, ...blocks: (ConsoleBlock | null)[]): Promise<string> {
  const { stream, text } = memoryStream()
  const merger = new ConsoleMerger(stream, isTerminal, blocks.length)
  blocks.forEach((b, worker) => {
    merger.push(0, worker, b)
  })
  await merger.finish()
  await ended(stream)
  return text()
}

describe('ConsoleMerger', () => {
  it('orders by event, then by the connection first seen, then by worker', async () => {
    const first = block([
      [1, 1, 'a'],
      [3, 1, 'd'],
      [4, 9, 'g'],
      [4, 2, 'e'],
    ])
    const second = block([
      [2, 2, 'b'],
      [2, 2, 'c'],
      [4, 5, 'f'],
    ])
    expect(await merged(false, first, null, second)).toBe('abcdefg')
  })

  it('keeps the pieces of one event and connection in their order', async () => {
    const pieces = block([
      [1, 1, '<'],
      [1, 1, '0', 3],
      [1, 1, '>'],
      [1, 1, 'ab', 2],
    ])
    expect(await merged(false, pieces)).toBe('<000>abab')
  })

  it('writes epochs in order, whichever worker comes first, as soon as they are complete', async () => {
    const { stream, text } = memoryStream()
    const merger = new ConsoleMerger(stream, false, 2)
    merger.push(1, 0, block([[3, 1, 'c']]))
    merger.push(0, 1, block([[1, 2, 'a']]))
    expect(merger.pendingEpochs).toBe(2)
    merger.push(0, 0, block([[2, 1, 'b']]))
    await merger.waitForWritten()
    expect(merger.pendingEpochs).toBe(1)
    merger.push(1, 1, null)
    await merger.waitForWritten()
    expect(merger.pendingEpochs).toBe(0)
    await merger.finish()
    await ended(stream)
    expect(text()).toBe('abc')
    expect(merger.bytesWritten).toBe(3)
    expect(stream.listenerCount('error')).toBe(0)
  })

  it('writes at the end what a worker left without the others', async () => {
    expect(await merged(false, block([[1, 1, 'a']]))).toBe('a')
    const { stream, text } = memoryStream()
    const merger = new ConsoleMerger(stream, false, 2)
    merger.push(1, 0, block([[3, 1, 'b']]))
    merger.push(0, 1, block([[1, 2, 'a']]))
    await merger.finish()
    await ended(stream)
    expect(text()).toBe('ab')
  })

  it('is the same text for any number of workers and epochs', async () => {
    const piece = fc.record({
      event: fc.nat(30),
      first: fc.nat(5),
      text: fc.string({ minLength: 1, maxLength: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(15),
        async (pieces, workers, cut) => {
          const sorted = pieces.sort((a, b) => a.event - b.event || a.first - b.first)
          const { stream, text } = memoryStream(4)
          const merger = new ConsoleMerger(stream, false, workers)
          for (const epoch of [0, 1]) {
            for (let worker = workers - 1; worker >= 0; worker--) {
              const own = sorted.filter(
                (p) => p.first % workers === worker && (p.event <= cut ? 0 : 1) === epoch,
              )
              merger.push(epoch, worker, block(own.map((p) => [p.event, p.first, p.text] as const)))
            }
          }
          await merger.finish()
          await ended(stream)
          expect(text()).toBe(Buffer.from(sorted.map((p) => p.text).join(''), 'latin1').toString('latin1'))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('writes long repetitions without keeping them', async () => {
    const text = await merged(
      false,
      block([
        [1, 1, '\0', 1024 * 1024],
        [1, 1, 'end'],
      ]),
    )
    expect(text.length).toBe(1024 * 1024 + 3)
    expect(text.endsWith('\0end')).toBe(true)
  })

  it.each([
    ['an escape sequence', 'a\x1b[2Jb', 'a\\x1B[2Jb'],
    ['bytes that are not ASCII', '\x7f\x80\xff', '\\x7F\\x80\\xFF'],
    ['newline and tab as they are', 'a\tb\nc', 'a\tb\nc'],
    ['the end of a line as it is, another carriage return escaped', 'a\r\nb\rc\r', 'a\r\nb\\x0Dc\\x0D'],
    ['a null byte', '\0', '\\x00'],
  ])('shows on a terminal %s', async (_name, payload, shown) => {
    expect(await merged(true, block([[1, 1, payload]]))).toBe(shown)
    expect(await merged(false, block([[1, 1, payload]]))).toBe(payload)
  })

  it('shows long payload on a terminal whole', async () => {
    const payload = 'plain \x1b '.repeat(80_000)
    const text = await merged(true, block([[1, 1, payload]]))
    expect(text === payload.replaceAll('\x1b', '\\x1B')).toBe(true)
  })

  it('says what happened to the stream', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('broken pipe')) })
    const merger = new ConsoleMerger(stream, false, 1)
    merger.push(0, 0, block([[1, 1, 'a']]))
    await new Promise(setImmediate)
    merger.push(1, 0, block([[2, 1, 'b']]))
    await expect(merger.waitForWritten()).rejects.toThrow('Cannot write to standard output: broken pipe')
    await expect(merger.finish()).rejects.toThrow('broken pipe')
  })

  it('does not wait for a stream that was closed', async () => {
    const stream = new Writable({ highWaterMark: 1, write: () => undefined })
    const merger = new ConsoleMerger(stream, false, 1)
    merger.push(0, 0, block([[1, 1, 'abc']]))
    stream.destroy()
    await expect(merger.finish()).rejects.toThrow('Cannot write to standard output: it is closed')
  })
})
