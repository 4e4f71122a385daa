import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blankChunk, type Chunk } from '../../src/output/chunk.js'
import { JsonFormat } from '../../src/output/json-format.js'
import { RecordingTarget } from './recording-target.js'

const text = new TextEncoder()

function lineOf(fields: Partial<Chunk>, shown = ''): string {
  const chunk = { ...blankChunk(), ...fields }
  chunk.marker.set(text.encode(shown))
  chunk.markerBytes = shown.length
  const target = new RecordingTarget()
  new JsonFormat().write(target, chunk)
  return target.text
}

const ls = { bytes: text.encode('ls\n'), from: 0, to: 3 }
const time = { tsSec: 1563783092, tsNsec: 387_930_999, firstSec: 1563783090, firstNsec: 564_270_000 }

describe('JsonFormat', () => {
  it('writes the line of the contract', () => {
    expect(lineOf({ ...ls, ...time })).toBe(
      '{"side":"0","time":{"abs":"1563783092.387930","conn":"1.823660"},"size":"3","data":"ls\\n","data_hex":"6C730A"}\r\n',
    )
  })

  it.each<[string, Partial<Chunk>, string, string]>([
    [
      'shows nanoseconds where the capture has them',
      { ...ls, ...time, isNanosecond: true },
      '',
      '"time":{"abs":"1563783092.387930999","conn":"1.823660999"}',
    ],
    [
      'shows a time before the first packet as negative',
      { ...ls, ...time, firstSec: 1563783093 },
      '',
      '"conn":"-1.176340"',
    ],
    [
      'begins with the connection where it has a name',
      { ...ls, name: 'base-name' },
      '',
      '{"connection":"base-name","side":"0",',
    ],
    ['shows the side', { ...ls, side: 1 }, '', '{"side":"1",'],
    ['shows an empty datagram', { ...ls, to: 0 }, '', '"size":"0","data":"","data_hex":""}'],
    [
      'counts the marker as part of the chunk',
      ls,
      '[7 bytes missing]',
      '"size":"20","data":"[7 bytes missing]ls\\n","data_hex":"5B37206279746573206D697373696E675D6C730A"}',
    ],
    [
      'counts zeros as part of the chunk',
      { ...ls, zeros: 2 },
      '',
      '"size":"5","data":"\\u0000\\u0000ls\\n","data_hex":"00006C730A"}',
    ],
  ])('%s', (_name, fields, shown, part) => {
    expect(lineOf(fields, shown)).toContain(part)
  })

  it('escapes each byte as the contract has it', () => {
    const short: Record<number, string> = {
      8: '\\b',
      9: '\\t',
      10: '\\n',
      12: '\\f',
      13: '\\r',
      34: '\\"',
      92: '\\\\',
    }
    for (let byte = 0; byte < 256; byte++) {
      const hex = byte.toString(16).toUpperCase().padStart(2, '0')
      const isPlain = byte >= 0x20 && byte < 0x7f
      const shown = short[byte] ?? (isPlain ? String.fromCharCode(byte) : `\\u00${hex}`)
      const line = lineOf({ bytes: Uint8Array.of(byte), from: 0, to: 1 })
      expect(line).toContain(`"data":"${shown}","data_hex":"${hex}"`)
    }
  })

  it('gives the bytes back to a JSON parser, from data and from hex, in ASCII on one line', () => {
    const payload = fc.uint8Array({ maxLength: 300 })
    fc.assert(
      fc.property(payload, fc.nat(5), fc.nat(20), (bytes, skipped, zeros) => {
        const from = Math.min(skipped, bytes.length)
        const line = lineOf({ bytes, from, to: bytes.length, zeros })
        expect(line).toMatch(/^[ -~]*\r\n$/)
        const { size, data, data_hex } = JSON.parse(line) as Record<string, string>
        const expected = Buffer.concat([Buffer.alloc(zeros), bytes.subarray(from)])
        expect(Number(size)).toBe(expected.length)
        expect(Buffer.from(data!, 'latin1').equals(expected)).toBe(true)
        expect(Buffer.from(data_hex!, 'hex').equals(expected)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
