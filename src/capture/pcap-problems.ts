import type { PcapRecords } from './pcap-records.js'

// Problems of pcap files: what must hold, and what was found. Each text completes `Cannot read "a.pcap" at byte N: `.

export const NO_MAGIC = 'must begin with the magic number of a pcap file'
export const CUT_INSIDE = 'the file ends inside this record'
export const ZEROS = 'a record header must have a time or a length: found zeros'

export function fileHeaderCut(headerBytes: number, left: number): string {
  return `a pcap file header has ${headerBytes} bytes: the file ends after ${left}`
}

export function oldVersion(major: number): string {
  return `pcap major version must be at least 2: found ${major}`
}

export function recordHeaderCut(headerBytes: number, left: number): string {
  return `a record header has ${headerBytes} bytes: the file ends after ${left}`
}

export function frameCut(capturedBytes: number, left: number): string {
  return `the record has ${capturedBytes} bytes: the file ends after ${left}`
}

export function tooLong(most: number, capturedBytes: number): string {
  return `captured length must be at most ${most}: found ${capturedBytes}`
}

export function unlikely({ sec, fraction, capturedBytes, originalBytes }: PcapRecords): string {
  const found = `time ${sec} and ${fraction}, ${capturedBytes} of ${originalBytes} bytes captured`
  return `unusual record header, and no record follows it: ${found}`
}
