import { expect, it } from 'vitest'
import { COMPRESSION_MAGIC_BYTES, detectCompression, isUndecided } from '../../src/input/compression.js'
import { packed } from './decompress/unpack.js'

// [first bytes, compression]
const cases: [string, Uint8Array, string | null][] = [
  ['gzip', Uint8Array.from([0x1f, 0x8b, 8]), 'gzip'],
  ['zstd', packed('plain.zst'), 'zstd'],
  ['a zstd file that begins with a frame to be skipped', Uint8Array.from([0x5f, 0x2a, 0x4d, 0x18]), 'zstd'],
  ['xz', packed('plain.xz'), 'xz'],
  ['lz4', packed('linked.lz4'), 'lz4'],
  ['bzip2', packed('plain.bz2'), 'bzip2'],
  ['bzip2 of nothing', packed('empty.bz2'), 'bzip2'],
  ['text that begins as bzip2 does', Buffer.from('BZh9 is how it begins'), null],
  ['a pcap file', Uint8Array.from([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0]), null],
  ['a pcapng file', Uint8Array.from([0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28, 0x1a, 0x2b]), null],
  ['nothing', new Uint8Array(0), null],
]

it.each(cases)('detectCompression() tells %s', (_name, bytes, compression) => {
  const head = bytes.subarray(0, COMPRESSION_MAGIC_BYTES)
  expect(detectCompression(head)).toBe(compression)
  expect(isUndecided(head)).toBe(head.length === 0)
})

it('isUndecided() waits only while the bytes may become those of a compression', () => {
  const xz = packed('plain.xz')
  expect([1, 2, 5, 6].map((count) => isUndecided(xz.subarray(0, count)))).toEqual([true, true, true, false])
  expect(isUndecided(Buffer.from('ab'))).toBe(false)
})
