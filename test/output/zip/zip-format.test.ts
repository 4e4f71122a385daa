import { describe, expect, it } from 'vitest'
import { endRecords, MAX_RECORD_BYTES, Method, ZipHeader } from '../../../src/output/zip/zip-format.js'

const GIB = 2 ** 30

function headerOf(size: number, method: number, stored: number, name = 'a.txt', sec = 1_700_000_001) {
  const header = new ZipHeader()
  header.set({ name: Buffer.from(name), crc: 0x1234_5678, size, sec }, method, stored)
  const local = Buffer.alloc(MAX_RECORD_BYTES, 0xee)
  const central = Buffer.alloc(MAX_RECORD_BYTES, 0xee)
  return {
    header,
    local: local.subarray(0, header.writeLocal(local)),
    central: (offset: number) => central.subarray(0, header.writeCentral(central, offset)),
  }
}

// Offsets of fields: APPNOTE.TXT 4.3.7 and 4.3.12.
describe('the records of an entry', () => {
  it('are of 30 and 46 bytes and the name', () => {
    const { local, central } = headerOf(5, Method.STORED, 5)
    expect(local.toString('hex')).toBe(
      '504b0304' +
        '1400' +
        '0000' +
        '0000' +
        'aab1' +
        '6e57' +
        '78563412' +
        '05000000' +
        '05000000' +
        '0500' +
        '0000' +
        '612e747874',
    )
    expect(central(7).toString('hex')).toBe(
      '504b0102' +
        '2d03' +
        '1400' +
        '0000' +
        '0000' +
        'aab1' +
        '6e57' +
        '78563412' +
        '05000000' +
        '05000000' +
        '0500' +
        '0000' +
        '0000' +
        '0000' +
        '0000' +
        '0000a081' +
        '07000000' +
        '612e747874',
    )
  })

  it.each([
    ['a size', 5 * GIB, 5 * GIB, 0, [5 * GIB, 5 * GIB]],
    ['an offset', 1, 1, 6 * GIB, [6 * GIB]],
    ['sizes and an offset', 5 * GIB, 4 * GIB, 6 * GIB, [5 * GIB, 4 * GIB, 6 * GIB]],
    ['a stored size just at the limit', 0xffffffff, 0xffffffff, 0, [0xffffffff, 0xffffffff]],
  ])('have ZIP64 fields for %s', (_what, size, stored, offset, values) => {
    const record = headerOf(size, Method.STORED, stored).central(offset)
    expect(record.readUInt16LE(6)).toBe(45)
    const extra = record.subarray(46 + 5)
    expect(extra.readUInt16LE(0)).toBe(1)
    expect(extra.readUInt16LE(2)).toBe(8 * values.length)
    expect(record.readUInt16LE(30)).toBe(extra.length)
    expect(values.map((_, i) => Number(extra.readBigUInt64LE(4 + 8 * i)))).toEqual(values)
  })

  it('have both sizes in the local header where one needs ZIP64', () => {
    const { local } = headerOf(5 * GIB, Method.STORED, 5 * GIB)
    expect(local.readUInt32LE(18)).toBe(0xffffffff)
    expect(local.readUInt32LE(22)).toBe(0xffffffff)
    expect(Number(local.readBigUInt64LE(local.length - 16))).toBe(5 * GIB)
    expect(Number(local.readBigUInt64LE(local.length - 8))).toBe(5 * GIB)
  })

  it('have a descriptor behind large deflated data', () => {
    const { header, local, central } = headerOf(5 * GIB, Method.DEFLATED_LARGE, 0)
    expect(local.readUInt16LE(6)).toBe(8)
    expect(local.readUInt32LE(14)).toBe(0)
    header.setStored(GIB)
    const descriptor = Buffer.alloc(24)
    expect(header.writeDescriptor(descriptor)).toBe(24)
    expect(descriptor.readUInt32LE(4)).toBe(0x1234_5678)
    expect(Number(descriptor.readBigUInt64LE(8))).toBe(GIB)
    expect(central(0).readUInt32LE(20)).toBe(GIB)
    const small = headerOf(2_000_000, Method.DEFLATED_LARGE, 0)
    small.header.setStored(9)
    expect(small.header.writeDescriptor(descriptor)).toBe(16)
    expect(descriptor.readUInt32LE(8)).toBe(9)
  })

  it.each([
    ['a name beyond ASCII', 'é.txt', 1_700_000_001, 0x800, 0x576e, 0xb1aa],
    ['a time before 1980', 'a', 1, 0, 0x21, 0],
    ['a time after 2107', 'a', 2 ** 40, 0, 0xff9f, 0xbf7d],
  ])('tell %s', (_what, name, sec, flags, date, time) => {
    const { local } = headerOf(1, Method.STORED, 1, name, sec)
    expect([local.readUInt16LE(6), local.readUInt16LE(12), local.readUInt16LE(10)]).toEqual([
      flags,
      date,
      time,
    ])
  })
})

describe('endRecords()', () => {
  it.each([
    [65_534, 100, 100, false],
    [65_535, 100, 100, true],
    [1, 100, 0xffffffff, true],
    [1, 0xffffffff, 100, true],
  ])('with %i entries, %i bytes at %i: ZIP64 is %s', (entries, bytes, offset, is64) => {
    const end = endRecords(entries, bytes, offset)
    expect(end.length).toBe(is64 ? 98 : 22)
    expect(end.readUInt32LE(end.length - 22)).toBe(0x06054b50)
    expect(end.readUInt32LE(end.length - 6)).toBe(Math.min(offset, 0xffffffff))
    if (!is64) return
    expect(Number(end.readBigUInt64LE(32))).toBe(entries)
    expect(Number(end.readBigUInt64LE(40))).toBe(bytes)
    expect(Number(end.readBigUInt64LE(48))).toBe(offset)
    expect(Number(end.readBigUInt64LE(64))).toBe(offset + bytes)
  })
})
