import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCaptureReader } from '../../src/capture/open-capture-reader.js'
import { PcapReader } from '../../src/capture/pcap-reader.js'
import { PcapngReader } from '../../src/capture/pcapng-reader.js'
import { CaptureFormatError } from '../../src/errors.js'
import { PcapngBuilder, pcapFile } from '../support/capture-writers.js'
import { READER_OPTIONS } from '../support/read-capture.js'

function problemOf(bytes: Uint8Array, isDecompressed = false): string {
  try {
    createCaptureReader(bytes, 0, bytes.length, 'x.bin', { ...READER_OPTIONS, isDecompressed })
  } catch (error) {
    if (error instanceof CaptureFormatError) return error.message
    throw error
  }
  return ''
}

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))

describe('createCaptureReader()', () => {
  const pcapMagics = [0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0xa1e2cb12, 0x1c0001ac, 0x1c0001ab]
  it.each(pcapMagics)('takes a file that begins with %i in either byte order for pcap', (magic) => {
    for (const isLittleEndian of [true, false]) {
      const file = pcapFile([], { magic, isLittleEndian })
      expect(createCaptureReader(file, 0, file.length, 'a', READER_OPTIONS)).toBeInstanceOf(PcapReader)
    }
  })

  it('takes a file that begins with a section in either byte order for pcapng', () => {
    for (const isLittleEndian of [true, false]) {
      const file = new PcapngBuilder().section(isLittleEndian).done()
      expect(createCaptureReader(file, 0, file.length, 'a', READER_OPTIONS)).toBeInstanceOf(PcapngReader)
    }
  })

  it('looks at its range only', () => {
    const file = pcapFile([])
    const shifted = new Uint8Array(file.length + 20).fill(0xee)
    shifted.set(file, 7)
    expect(createCaptureReader(shifted, 7, 7 + file.length, 'a', READER_OPTIONS)).toBeInstanceOf(PcapReader)
    expect(() => createCaptureReader(shifted, 7, 7, 'a', READER_OPTIONS)).toThrow('the file is empty')
  })

  // [name, beginning, what the message ends with]
  const unknown: [string, string, string][] = [
    ['an empty file', '', 'the file is empty'],
    ['zstd', '\x28\xb5\x2f\xfd\x04', 'the content is zstd-compressed, which is not supported here'],
    ['xz', '\xfd7zXZ\x00\x00', 'the content is xz-compressed, which is not supported here'],
    ['bzip2', 'BZh91AY&SY', 'the content is bzip2-compressed, which is not supported here'],
    ['bzip2 that is cut', 'BZh9', 'bzip2-compressed content ends after 4 bytes, within its header'],
    ['lz4', '\x04\x22\x4d\x18', 'the content is lz4-compressed, which is not supported here'],
    ['gzip inside gzip', '\x1f\x8b\x08', 'the content is gzip-compressed, which is not supported here'],
    [
      'a zip archive',
      'PK\x03\x04',
      'the content is a zip archive: extract the captures first, or "unzip -p IN | pcap2conn -"',
    ],
    ...['TRSNIFF data=Sniffer', 'ObserverPktBufferVersion=Observer', '\x01\x10\x4c\x00\x01\x05=LANalyzer']
      .map((row) => row.split(/=(?=[^=]*$)/) as [string, string])
      .map(
        ([start, name]) =>
          [
            name,
            start,
            `captures of the format ${name} are not supported: "editcap -F pcap IN OUT" converts them`,
          ] as [string, string, string],
      ),
    [
      'K12 text',
      '+---------+---------------+----------+\r\n22:13:20,010,000   ETHER',
      'captures of the format K12 text are not supported: "editcap -F pcap IN OUT" converts them',
    ],
    [
      'a Windows event trace',
      `\x00\x00\x01\x00\xc0\x08\x00\x00${'\x00'.repeat(80)}`,
      'the content looks like a Windows event trace (ETL): "etl2pcapng IN OUT" converts it',
    ],
    [
      "tcpdump's text",
      '22:13:20.010000 IP 192.0.2.10.40000 > 198.51.100.20.80: Flags [S], seq 1000, win 65535',
      'the content is the output of tcpdump: capture with "tcpdump -w FILE", or if it has hex dumps: ' +
        '"text2pcap" makes a capture of it',
    ],
    [
      "FortiGate's text",
      '0.000000 port1 in 192.0.2.10.40000 -> 198.51.100.20.80: syn 1000',
      "the content is the text of FortiGate's sniffer: fgt2eth.pl makes a capture of it, if its verbosity was 3 or 6",
    ],
    [
      'a hex dump',
      '000000 00 e0 1e a7 05 6f 00 10\n',
      'the content is a hex dump: "text2pcap" makes a capture of it',
    ],
    [
      'a rare pcap',
      '\xcd\x34\xb2\xa1',
      'captures of the format modified pcap (0xa1b234cd) are not supported',
    ],
    ['HTML', '\n<!DOCTYPE html>', 'must begin with a pcap or pcapng header: found HTML or XML'],
    ['text', 'No. Time Source\r\n', 'must begin with a pcap or pcapng header: found text'],
    [
      'an index of connections, whose bytes could be a time and a type of ERF',
      '{"ts":1700000000.010000,"duration":0.080000,"uid":"CzO47iILByTTjRrwwz"',
      'must begin with a pcap or pcapng header: found text',
    ],
    ['other bytes', '\x7fELF\x02', 'must begin with a pcap or pcapng header: found 0x7f454c46'],
    ['few bytes', '\x00\x01', 'must begin with a pcap or pcapng header: found 2 bytes'],
    [
      'a section of unknown byte order',
      '\n\r\r\n\x1c\x00\x00\x00\x01\x02\x03\x04',
      'must begin with a pcap or pcapng header: found 0x0a0d0d0a',
    ],
  ]
  it.each(unknown)('says what it found: %s', (_name, start, problem) => {
    expect(problemOf(latin1(start))).toBe(`Cannot read "x.bin" at byte 0: ${problem}`)
  })

  it('says when the content was decompressed', () => {
    expect(problemOf(latin1('text'), true)).toContain('(byte of the decompressed content)')
  })

  it('gives a reader or a CaptureFormatError for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void problemOf(bytes)))
  })
})
