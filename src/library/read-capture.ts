import type { Readable } from 'node:stream'
import { DETECT_BYTES } from '../capture/capture-format.js'
import { type CaptureReader, MAX_RECORD_BYTES, RECORD_OVERHEAD_BYTES } from '../capture/capture-reader.js'
import { blankCapturedPacket } from '../capture/captured-packet.js'
import { createCaptureReader } from '../capture/open-capture-reader.js'
import { DEFAULT_LIMITS } from '../config.js'
import { InputError } from '../errors.js'
import type { ByteSource } from '../input/byte-source.js'
import { openFile, openStream } from '../input/open-byte-source.js'
import { ThreadedDecompression } from '../pipeline/decompression.js'
import type { InputProblem } from '../summary.js'

/** Bytes of the capture that are in memory: a record of any size fits. */
const WINDOW_BYTES = MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES + 1024 * 1024

/** One packet of a capture. */
export interface CapturePacket {
  /** When it was captured: seconds since 1970-01-01 UTC, and nanoseconds. */
  readonly tsSec: number
  readonly tsNsec: number
  /** The capture's clock is finer than microseconds. */
  readonly isNanosecond: boolean
  /** LINKTYPE_* value of the interface that saw it. */
  readonly linkType: number
  /** Bytes on the wire; more than `bytes` where the capture cut the packet off. */
  readonly originalBytes: number
  /** The frame from its link layer header on, as captured. Owned by the caller. */
  readonly bytes: Uint8Array
}

/** What a caller may attach. */
export interface ReadCaptureHooks {
  /** Told of damage that was passed over, at the end. */
  readonly onProblem?: ((problem: InputProblem) => void) | undefined
}

/**
 * The packets of a capture in the order of the file, whatever its format and compression, in bounded memory:
 *
 *     for await (const { tsSec, bytes } of readCapture('capture.pcapng.gz')) console.log(tsSec, bytes.length)
 *
 * Leaving the loop closes the file.
 *
 * @param input Path of a file, or a stream of bytes, which is destroyed at the end.
 * @throws InputError where the file cannot be opened, or its compressed content ends early.
 * @throws CaptureFormatError where it is no capture, or cannot be read on; what comes before is given out.
 */
export async function* readCapture(
  input: string | Readable,
  { onProblem }: ReadCaptureHooks = {},
): AsyncGenerator<CapturePacket, void, undefined> {
  const name = typeof input === 'string' ? input : '-'
  const decompression = new ThreadedDecompression()
  const source = typeof input === 'string' ? openFile(input, decompression) : openStream(input, decompression)
  const bytes = new Uint8Array(WINDOW_BYTES)
  const packet = blankCapturedPacket()
  let reader: CaptureReader | null = null
  let from = 0
  let to = 0
  try {
    for (;;) {
      const count = await source.read(bytes.subarray(to))
      to += count
      const isLast = count === 0 || source.isAtEnd
      if (reader === null && !isLast && to - from < DETECT_BYTES) continue
      reader ??= createCaptureReader(bytes, from, to, name, {
        maxInterfaces: DEFAULT_LIMITS.interfaces,
        isDecompressed: source.isDecompressed,
      })
      reader.window(bytes, from, to, isLast)
      let status = reader.next(packet)
      for (; status === 'packet'; status = reader.next(packet)) {
        const { from: first, to: end, ...known } = packet
        yield { ...known, bytes: bytes.slice(first, end) }
      }
      if (status !== 'more') break
      bytes.copyWithin(0, reader.position, to)
      to -= reader.position
      from = 0
    }
    for (const problem of reader.damage.problems) onProblem?.(problem)
    refuse(reader, source, name)
  } finally {
    await source.close()
    await decompression.close()
  }
}

function refuse({ problem }: CaptureReader, source: ByteSource, name: string): void {
  if (source.problem !== null) throw new InputError(source.problem.message, name)
  if (problem !== null) throw problem
}
