import { MAX_FRAME_BYTES } from './record-format.js'

// Problems of files that are rows of records. Each text completes `Cannot read "a.snoop" at byte N: `.

export function headerCut(format: string, headerBytes: number, left: number): string {
  return `a file header of ${format} has ${headerBytes} bytes: the file ends after ${left}`
}

export function recordCut(left: number): string {
  return `the file ends inside this record, after ${left} bytes`
}

export function frameTooLong(capturedBytes: number): string {
  return `captured length must be at most ${MAX_FRAME_BYTES}: found ${capturedBytes}`
}

export function recordTooShort(least: number, recordBytes: number): string {
  return `record length must be at least ${least}: found ${recordBytes}`
}

export function unknownNetwork(network: number): string {
  return `a packet of the network type ${network}, which is not known`
}
