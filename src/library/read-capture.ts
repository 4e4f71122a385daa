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
import { pathOfText } from '../system-path.js'

/** Bytes read at a time. */
const READ_BYTES = 1024 * 1024

/** One packet of a capture. */
export interface CapturePacket {
  /** Capture time: seconds since 1970-01-01 UTC, and nanoseconds of that second. */
  readonly tsSec: number
  readonly tsNsec: number
  /** True when the capture's clock is finer than a microsecond. */
  readonly isNanosecond: boolean
  /** LINKTYPE_* value of the interface that saw the packet. */
  readonly linkType: number
  /** Length on the wire in bytes; greater than `bytes.length` when the snaplen cut the packet. */
  readonly originalBytes: number
  /** The captured frame, from its link-layer header on. Owned by the caller. */
  readonly bytes: Uint8Array
}

/** Callbacks that a caller may pass. */
export interface ReadCaptureHooks {
  /** Called at the end with each damaged range that was skipped. */
  readonly onProblem?: ((problem: InputProblem) => void) | undefined
}

/**
 * Iterates over the packets of a capture in file order, in bounded memory. Detects format and compression:
 *
 *     for await (const { tsSec, bytes } of readCapture('capture.pcapng.gz')) console.log(tsSec, bytes.length)
 *
 * Leaving the loop closes the file.
 *
 * @param input Path of a file, or a byte stream, which is destroyed at the end.
 * @throws InputError when the file cannot be opened, or its compressed content ends early.
 * @throws CaptureFormatError when the file is not a capture, or when damage makes the rest unreadable, after yielding
 *         the packets before it.
 */
export async function* readCapture(
  input: string | Readable,
  { onProblem }: ReadCaptureHooks = {},
): AsyncGenerator<CapturePacket, void, undefined> {
  const name = typeof input === 'string' ? pathOfText(input) : '-'
  const decompression = new ThreadedDecompression()
  const source = typeof input === 'string' ? openFile(name, decompression) : openStream(input, decompression)
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
      const { from, to, interfaceId: _, recordFrom: __, ...known } = cursor.packet
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
