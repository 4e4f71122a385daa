import { describe, expect, it } from 'vitest'
import { BitReader, EndOfInput } from '../../../src/input/decompress/bit-reader.js'
import { HuffmanCode } from '../../../src/input/decompress/huffman.js'
import { inputOf } from './unpack.js'

/** A reader of bits written as `1011 0…`. */
function readerOf(bits: string): BitReader {
  const digits = bits.replaceAll(' ', '').match(/.{1,8}/g) ?? []
  return new BitReader(
    inputOf(
      Uint8Array.from(digits, (byte) => Number.parseInt(byte.padEnd(8, '0'), 2)),
      1,
    ),
  )
}

describe('BitReader', () => {
  it('reads bits from the highest on, over bytes', () => {
    const reader = readerOf('1010 0000 1111 0001 1000 0000')
    expect([reader.read(1), reader.read(2), reader.read(9), reader.peek(5), reader.read(5)]).toEqual([
      1, 1, 15, 3, 3,
    ])
    expect(reader.offset).toBe(2)
    reader.finish()
    expect(reader.offset).toBe(3)
    expect(() => reader.read(1)).toThrow(EndOfInput)
  })

  it('shows zeros behind the end, which cannot be read', () => {
    const reader = readerOf('1111 1111')
    expect(reader.read(6)).toBe(63)
    expect(reader.peek(20)).toBe(3 << 18)
    expect(reader.read(2)).toBe(3)
    expect(() => reader.read(1)).toThrow(EndOfInput)
  })

  it('reads 32 bits', () => {
    expect(readerOf(`${'1'.repeat(32)}`).readUint32()).toBe(0xffffffff)
  })
})

describe('HuffmanCode', () => {
  it('reads short and long codes', () => {
    // Lengths 1, 2, … 19, 20, 20: symbol n has n ones and a zero.
    const lengths = Uint8Array.from({ length: 21 }, (_, symbol) => Math.min(symbol + 1, 20))
    const code = new HuffmanCode()
    code.build(lengths, lengths.length)
    const symbols = [0, 3, 9, 10, 19, 20, 0]
    const bits = symbols.map((symbol) => '1'.repeat(symbol) + (symbol === 20 ? '' : '0')).join('')
    const reader = readerOf(bits)
    expect(symbols.map(() => code.read(reader))).toEqual(symbols)
  })

  it('tells bits that are no code', () => {
    const code = new HuffmanCode()
    code.build(Uint8Array.from([2, 2, 2]), 3)
    expect(code.read(readerOf('11'))).toBe(-1)
    expect(code.read(readerOf('10'))).toBe(2)
  })

  it('takes lengths of too many codes without a throw', () => {
    const code = new HuffmanCode()
    code.build(new Uint8Array(258).fill(1), 258)
    expect(code.read(readerOf('0'))).toBeGreaterThanOrEqual(-1)
  })
})
