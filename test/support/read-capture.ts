import { expect } from 'vitest'
import type { CaptureReader, CaptureReaderOptions, ReadStatus } from '../../src/capture/capture-reader.js'
import { blankCapturedPacket } from '../../src/capture/captured-packet.js'
import { createCaptureReader } from '../../src/capture/open-capture-reader.js'

/** A packet from a reader, with a copy of its frame. */
export interface ReadPacket {
  tsSec: number
  tsNsec: number
  isNanosecond: boolean
  linkType: number
  originalBytes: number
  frame: Uint8Array
}

export interface ReadResult {
  readonly packets: ReadPacket[]
  /** The interface of each. */
  readonly interfaceIds: number[]
  readonly status: Exclude<ReadStatus, 'packet' | 'more'>
  readonly reader: CaptureReader
}

export const READER_OPTIONS: CaptureReaderOptions = {
  maxInterfaces: 1000,
  isDecompressed: false,
}

/**
 * Reads a whole capture through windows of the given sizes in turn. Each window is a separate buffer that is overwritten
 * when the next one is set. A window that is too small grows.
 */
export function readCapture(
  file: Uint8Array,
  windowBytes: readonly number[] = [file.length],
  options: Partial<CaptureReaderOptions> = {},
): ReadResult {
  const reader = createCaptureReader(file, 0, file.length, 'test.cap', { ...READER_OPTIONS, ...options })
  return readThrough(reader, file, windowBytes)
}

export function readThrough(
  reader: CaptureReader,
  file: Uint8Array,
  windowBytes: readonly number[],
): ReadResult {
  const packets: ReadPacket[] = []
  const interfaceIds: number[] = []
  const out = blankCapturedPacket()
  let done = 0
  for (let turn = 0, bytes = 0; ; turn++) {
    bytes += Math.max(1, windowBytes[turn % windowBytes.length] ?? 1)
    const isLast = done + bytes >= file.length
    const from = turn % 5 // windows rarely begin at the buffer's first byte
    const window = new Uint8Array(from + Math.min(bytes, file.length - done) + 3).fill(0xee)
    const to = window.length - 3
    window.set(file.subarray(done, done + to - from), from)
    reader.window(window, from, to, isLast)
    let status = reader.next(out)
    for (; status === 'packet'; status = reader.next(out)) {
      expect(from <= out.from && out.from <= out.to && out.to <= to).toBe(true)
      expect(out.originalBytes).toBeGreaterThanOrEqual(out.to - out.from)
      packets.push(copyOf(window, out))
      interfaceIds.push(out.interfaceId)
    }
    expect(reader.fileOffset).toBeGreaterThanOrEqual(done + reader.position - from)
    if (status !== 'more') {
      expect(reader.next(out)).toBe(status)
      return { packets, interfaceIds, status, reader }
    }
    expect(isLast).toBe(false)
    if (reader.position > from) bytes = 0
    done += reader.position - from
    window.fill(0xdd)
  }
}

function copyOf(
  window: Uint8Array,
  { from, to, interfaceId: _, recordFrom: __, ...packet }: ReturnType<typeof blankCapturedPacket>,
): ReadPacket {
  return { ...packet, frame: window.slice(from, to) }
}
