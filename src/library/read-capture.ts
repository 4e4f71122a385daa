import type { Readable } from 'node:stream'
import type { CaptureReader } from '../capture/capture-reader.js'
import { DEFAULT_LIMITS } from '../config/config.js'
import { InputError } from '../errors.js'
import type { ByteSource } from '../input/byte-source.js'
import { TwoAreas, windowsOf } from '../input/capture-windows.js'
import { openFile, openStream } from '../input/open-byte-source.js'
import { PacketCursor } from '../input/packet-cursor.js'
import { ThreadedDecompression } from '../pipeline/unpack/threaded-decompression.js'
import type { InputProblem } from '../summary.js'

/** Bytes that are read at once. */
const READ_BYTES = 1024 * 1024

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
  const areas = new TwoAreas(READ_BYTES)
  const cursor = new PacketCursor(
    windowsOf(source, name, { maxInterfaces: DEFAULT_LIMITS.interfaces }, areas),
    areas,
  )
  try {
    for (let status = cursor.next(); status === 'packet' || status === 'more'; status = cursor.next()) {
      if (status === 'more') {
        await cursor.fill()
        continue
      }
      const { from, to, interfaceId: _, ...known } = cursor.packet
      yield { ...known, bytes: areas.bytes.slice(from, to) }
    }
    const reader = cursor.reader!
    for (const problem of reader.damage.problems) onProblem?.(problem)
    refuse(reader, source, name)
  } finally {
    await cursor.close()
    await decompression.close()
  }
}

function refuse({ problem }: CaptureReader, source: ByteSource, name: string): void {
  if (source.problem !== null) {
    const { message, kind } = source.problem
    throw new InputError(message, name, { kind })
  }
  if (problem !== null) throw problem
}
