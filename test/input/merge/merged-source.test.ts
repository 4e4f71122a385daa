import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaptureFormatError, InputError } from '../../../src/errors.js'
import type { Input } from '../../../src/input/input.js'
import type { MergedInput } from '../../../src/input/merge/merged-part.js'
import { MergedSource } from '../../../src/input/merge/merged-source.js'
import { openFile, openStream } from '../../../src/input/open-byte-source.js'
import { PcapngBuilder, pcapFile, type WrittenPacket } from '../../support/capture-writers.js'
import { readCapture } from '../../support/read-capture.js'
import { drain } from '../drain.js'
import { INLINE } from '../inline-decompression.js'
import { temporaryFolder } from '../temporary-folder.js'

const folder = temporaryFolder()
const OPTIONS = { maxInterfaces: 100 }
let files = 0

function packetsAt(times: readonly number[], text: string): WrittenPacket[] {
  return times.map((time, i) => {
    const frame = Buffer.from(`${text}${i}`)
    return { tsSec: Math.floor(time / 10), tsNsec: (time % 10) * 1000, frame, originalBytes: frame.length }
  })
}

function fileOf(content: Uint8Array): MergedInput {
  const path = join(folder, `input-${files++}`)
  writeFileSync(path, content)
  return { input: { kind: 'file', path }, source: openFile(path, INLINE) }
}

async function framesOf(source: MergedSource, bufferBytes = 1000): Promise<string[]> {
  const { packets, status } = readCapture(await drain(source, bufferBytes))
  expect(status).toBe('end')
  return packets.map(({ frame }) => Buffer.from(frame).toString())
}

describe('MergedSource', () => {
  it('gives what always the earliest next packet gives, in buffers of any size', async () => {
    const input = fc.array(fc.nat(30), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(input, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 300 }),
        async (inputs, bufferBytes) => {
          const names = 'abcde'
          const source = new MergedSource(
            inputs.map((times, i) => fileOf(pcapFile(packetsAt(times, names[i]!)))),
            OPTIONS,
          )
          const rest = inputs.map((times, i) => times.map((time, n) => ({ time, name: `${names[i]}${n}` })))
          const expected: string[] = []
          while (rest.some((packets) => packets.length > 0)) {
            const least = Math.min(...rest.flatMap(([first]) => first?.time ?? []))
            expected.push(rest.find(([first]) => first?.time === least)!.shift()!.name)
          }
          expect(await framesOf(source, bufferBytes)).toEqual(expected)
          expect(source.parts.map(({ packets, isWhole }) => [packets, isWhole])).toEqual(
            inputs.map(({ length }) => [length, true]),
          )
        },
      ),
      { numRuns: 50 },
    )
  })

  it('keeps link types, clocks, and lengths on the wire', async () => {
    const nanoseconds = new PcapngBuilder()
      .section(false)
      .interface(101, 0, [[9, [9]]])
      .enhanced(0, 5_000_000_123n, Buffer.from('raw'), 1500)
      .done()
    const source = new MergedSource(
      [fileOf(pcapFile(packetsAt([51], 'e'), { linkType: 1 })), fileOf(gzipSync(nanoseconds))],
      OPTIONS,
    )
    const { packets } = readCapture(await drain(source))
    expect(
      packets.map(({ frame, ...fields }) => ({ ...fields, text: Buffer.from(frame).toString() })),
    ).toEqual([
      { tsSec: 5, tsNsec: 123, isNanosecond: true, linkType: 101, originalBytes: 1500, text: 'raw' },
      { tsSec: 5, tsNsec: 1000, isNanosecond: false, linkType: 1, originalBytes: 2, text: 'e0' },
    ])
  })

  it('tells of each input what is wrong with it, and gives the others', async () => {
    const missing: Input = { kind: 'file', path: '/missing' }
    const cut = pcapFile(packetsAt([10, 20, 30], 'c'))
    const source = new MergedSource(
      [
        { input: missing, source: new InputError('Cannot read "/missing"', '/missing') },
        fileOf(Buffer.from('this is no capture, but text')),
        fileOf(cut.subarray(0, cut.length - 1)),
        fileOf(gzipSync(pcapFile(packetsAt([15], 'z'))).subarray(0, -4)),
        fileOf(pcapFile([])),
      ],
      OPTIONS,
    )
    expect(await framesOf(source)).toEqual(['c0', 'z0', 'c1'])
    const [none, text, short, gzip, empty] = source.parts
    expect(none?.error).toBeInstanceOf(InputError)
    expect(text?.error).toBeInstanceOf(CaptureFormatError)
    expect([short?.packets, short?.cursor?.reader?.problem?.message]).toEqual([2, expect.any(String)])
    expect(gzip?.source?.problem?.message).toBe('the gzip data ends early')
    expect(source.parts.map(({ isWhole }) => isWhole)).toEqual([false, false, true, true, true])
    expect(empty?.packets).toBe(0)
    expect(source.isAtEnd).toBe(true)
  })

  it('takes a record longer than its buffer', async () => {
    const frame = Buffer.alloc(700_000, 'x')
    const long = pcapFile([{ tsSec: 1, tsNsec: 0, frame, originalBytes: 700_000 }], { snaplen: 1_000_000 })
    const frames = await framesOf(new MergedSource([fileOf(long), fileOf(long)], OPTIONS), 100_000)
    expect(frames.map(({ length }) => length)).toEqual([700_000, 700_000])
  })

  it('gives what it has before it waits for a stream, and ends when it is closed', async () => {
    const stream = new PassThrough()
    const file = pcapFile(packetsAt([10, 20, 40], 'f'))
    const streamed = pcapFile(packetsAt([15, 30], 'a longer text '))
    const source = new MergedSource(
      [fileOf(file), { input: { kind: 'stdin', path: '-' }, source: openStream(stream) }],
      OPTIONS,
    )
    stream.write(streamed.subarray(0, streamed.length - 1))
    const target = new Uint8Array(10_000)
    let filled = await source.read(target)
    while (!Buffer.from(target.subarray(0, filled)).includes('text 0')) {
      filled += await source.read(target.subarray(filled))
    }
    const text = Buffer.from(target.subarray(0, filled)).toString('latin1')
    expect([text.includes('f0'), text.includes('f1')]).toEqual([true, false])
    const waiting = source.read(target)
    await source.close()
    expect(await waiting).toBe(0)
    expect(source.parts[1]?.isWhole).toBe(false)
  })
})
