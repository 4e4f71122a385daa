import fs from 'node:fs'
import {
  FRAME_HEADER_BYTES,
  FRAME_MISSING,
  FRAME_NSEC,
  FRAME_PAYLOAD_BYTES,
  FRAME_SIDE,
} from '../output/handover/frame-format.js'
import { RecordFile } from '../output/record-file.js'
import type { IndexRecord } from './index-record.js'

const READ_BYTES = 256 * 1024

/** The sender: the connection's originator, or its responder. */
export type Side = 'orig' | 'resp'

/** One in-order piece of payload: that of one segment or datagram, less what was delivered before. */
export interface PayloadChunk {
  readonly side: Side
  /** Time of the packet that carried it: seconds since 1970-01-01 UTC, and nanoseconds. */
  readonly tsSec: number
  readonly tsNsec: number
  /** Bytes of this side that the capture lost directly before this chunk. */
  readonly missingBefore: number
  /** Owned by the caller. Empty for an empty datagram. */
  readonly bytes: Uint8Array
}

/**
 * A finished connection. Its payload is in a temporary file until the iteration goes on; bytes that were read before
 * stay valid.
 */
export class Connection {
  /** What is known of it. Its `orig_file` and `resp_file` are null. */
  readonly record: IndexRecord
  #path: string | null
  #isGone = false

  /**
   * @param path File with its frames; null: it has no payload.
   * @internal
   */
  constructor(record: IndexRecord, path: string | null) {
    this.record = { ...record, orig_file: null, resp_file: null }
    this.#path = path
  }

  /**
   * The payload of both sides, in the order in which it became whole. 256 KiB of it are in memory, or one chunk if that
   * is more. May be iterated several times.
   *
   * @throws Error after the iteration that gave the connection went on.
   */
  async *chunks(): AsyncGenerator<PayloadChunk, void, undefined> {
    const frames = this.#open()
    if (frames === null) return
    try {
      for (let chunk = frames.next(); chunk !== null; chunk = frames.next()) {
        yield chunk
        if (this.#isGone) throw gone()
      }
    } finally {
      frames.close()
    }
  }

  /**
   * The whole payload of one side, without its missing bytes, in memory: look at `record.orig_bytes` or `resp_bytes` first
   * where connections may be large.
   *
   * @throws Error after the iteration that gave the connection went on.
   */
  async payload(side: Side): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for await (const chunk of this.chunks()) if (chunk.side === side) parts.push(chunk.bytes)
    return new Uint8Array(Buffer.concat(parts))
  }

  /** Deletes the file. @internal */
  release(): void {
    this.#isGone = true
    if (this.#path !== null) fs.unlinkSync(this.#path)
    this.#path = null
  }

  #open(): FrameReader | null {
    if (this.#isGone) throw gone()
    return this.#path === null ? null : new FrameReader(this.#path)
  }
}

function gone(): Error {
  return new Error('Cannot read the payload of a connection after the iteration has gone on to the next one')
}

/** Reads the frames of a file in turn. */
class FrameReader {
  readonly #file: RecordFile

  constructor(path: string) {
    this.#file = new RecordFile(path, Math.min(READ_BYTES, fs.statSync(path).size))
  }

  /** The next chunk, its bytes an owned copy; null at the end. */
  next(): PayloadChunk | null {
    const file = this.#file
    if (!file.fill(FRAME_HEADER_BYTES)) return null
    const { buffer, at } = file
    const size = buffer.readUInt32LE(at + FRAME_PAYLOAD_BYTES)
    const chunk = {
      side: buffer.readUInt32LE(at + FRAME_SIDE) === 0 ? ('orig' as const) : ('resp' as const),
      tsSec: buffer.readDoubleLE(at),
      tsNsec: buffer.readUInt32LE(at + FRAME_NSEC),
      missingBefore: buffer.readDoubleLE(at + FRAME_MISSING),
    }
    if (!file.fill(FRAME_HEADER_BYTES + size)) return null
    const from = file.at + FRAME_HEADER_BYTES
    file.at = from + size
    return { ...chunk, bytes: new Uint8Array(file.buffer.subarray(from, from + size)) }
  }

  close(): void {
    this.#file.close()
  }
}
