import { DETECT_BYTES } from '../capture/capture-format.js'
import {
  type CaptureReader,
  type CaptureReaderOptions,
  MAX_RECORD_BYTES,
  RECORD_OVERHEAD_BYTES,
} from '../capture/capture-reader.js'
import { blankCapturedPacket } from '../capture/captured-packet.js'
import { createCaptureReader } from '../capture/open-capture-reader.js'
import type { ByteSource } from './byte-source.js'
import type { Decompression } from './decompression.js'
import type { Input } from './input.js'
import { openFile } from './open-byte-source.js'

/** Files that are looked into at one moment. */
const CONCURRENCY = 8
const FIRST_BYTES = 64 * 1024
const LARGEST_BUFFER_BYTES = MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES
/** Where the first packet begins later than this, the input counts as one without a time. */
const MOST_BYTES = 16 * 1024 * 1024

interface FirstTime {
  readonly sec: number
  readonly nsec: number
}

/**
 * Puts inputs in the order of their first packets' times, equal ones as they were given. Inputs without a known
 * first packet come last, as they were given: standard input, which cannot be looked into without taking from
 * it (and is usually a capture that goes on), and what cannot be read, whose error is reported when it is.
 */
export async function orderByFirstPacket(
  inputs: readonly Input[],
  options: Pick<CaptureReaderOptions, 'maxInterfaces'>,
  decompression: Decompression | null = null,
): Promise<Input[]> {
  if (inputs.length < 2) return [...inputs]
  const times: (FirstTime | null)[] = inputs.map(() => null)
  let next = 0
  const look = async () => {
    const buffer = new Uint8Array(FIRST_BYTES)
    while (next < inputs.length) {
      const i = next++
      const input = inputs[i]
      if (input?.kind !== 'file') continue
      times[i] = await firstTime(() => openFile(input.path, decompression), buffer, options.maxInterfaces)
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, inputs.length) }, look))
  return inputs
    .map((input, i) => ({ input, time: times[i] ?? null }))
    .sort((a, b) => compareTimes(a.time, b.time))
    .map(({ input }) => input)
}

function compareTimes(a: FirstTime | null, b: FirstTime | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  return a.sec - b.sec || a.nsec - b.nsec
}

async function firstTime(
  open: () => ByteSource,
  buffer: Uint8Array,
  maxInterfaces: number,
): Promise<FirstTime | null> {
  let source: ByteSource | null = null
  try {
    source = open()
    return await readFirstTime(source, buffer, { maxInterfaces, isDecompressed: false })
  } catch {
    return null // reported when the input is read
  } finally {
    await source?.close()
  }
}

async function readFirstTime(
  source: ByteSource,
  firstBuffer: Uint8Array,
  options: CaptureReaderOptions,
): Promise<FirstTime | null> {
  const packet = blankCapturedPacket()
  let buffer = firstBuffer
  let reader: CaptureReader | null = null
  let filled = 0
  while (reader === null || reader.fileOffset < MOST_BYTES) {
    filled += await source.read(buffer.subarray(filled))
    const isLast = source.isAtEnd
    if (reader === null) {
      if (filled < DETECT_BYTES && !isLast) continue
      reader = createCaptureReader(buffer, 0, filled, '', options)
    }
    reader.window(buffer, 0, filled, isLast)
    const status = reader.next(packet)
    if (status === 'packet') return { sec: packet.tsSec, nsec: packet.tsNsec }
    if (status !== 'more' || isLast) return null
    const from = reader.position
    if (filled - from === LARGEST_BUFFER_BYTES) return null
    buffer = withRoom(buffer, from, filled)
    filled -= from
  }
  return null
}

/** The bytes from `from` to `to` moved to the beginning, in a larger buffer where they fill this one. */
function withRoom(buffer: Uint8Array, from: number, to: number): Uint8Array {
  if (to - from < buffer.length) {
    buffer.copyWithin(0, from, to)
    return buffer
  }
  const larger = new Uint8Array(LARGEST_BUFFER_BYTES)
  larger.set(buffer.subarray(from, to))
  return larger
}
