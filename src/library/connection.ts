import fs from 'node:fs'
import {
  CHUNK_HEADER_BYTES,
  CHUNK_MISSING,
  CHUNK_NSEC,
  CHUNK_PAYLOAD_BYTES,
  CHUNK_SIDE,
} from '../output/handover/handover-format.js'
import { RecordFile } from '../output/record-file.js'
import type { IndexRecord } from './index-record.js'

const READ_BYTES = 256 * 1024

/** The sender of payload: the connection's originator or its responder. */
export type Side = 'orig' | 'resp'

/** The payload of one segment or datagram, in stream order, without bytes that were delivered before. */
export interface PayloadChunk {
  readonly side: Side
  /** Time of the packet that carried it: seconds since 1970-01-01 UTC, and nanoseconds of that second. */
  readonly tsSec: number
  readonly tsNsec: number
  /** Bytes of this side missing from the capture directly before this chunk. */
  readonly missingBefore: number
  /** The payload, owned by the caller. Empty for an empty datagram. */
  readonly bytes: Uint8Array
}

/**
 * A finished connection. Its payload can be read until the iteration moves on to the next connection. Bytes that were
 * read before stay valid.
 */
export class Connection {
  /** The connection's index record. Its `orig_file` and `resp_file` are null. */
  readonly record: IndexRecord
  #path: string | null
  #isGone = false

  /**
   * @param path File with its chunks; null without payload.
   * @internal
   */
  constructor(record: IndexRecord, path: string | null) {
    this.record = { ...record, orig_file: null, resp_file: null }
    this.#path = path
  }

  /**
   * Reads the payload of both sides, in the order in which the program could deliver it. Holds 256 KiB in memory, or one
   * chunk if that is larger. May be iterated several times.
   *
   * @throws Error when the iteration over connections has moved on to the next one.
   */
  async *chunks(): AsyncGenerator<PayloadChunk, void, undefined> {
    const reader = this.#open()
    if (reader === null) return
    try {
      for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
        yield chunk
        if (this.#isGone) throw gone()
      }
    } finally {
      reader.close()
    }
  }

  /**
   * Reads the whole payload of one side into memory, without its missing bytes. If connections may be large, check
   * `record.orig_bytes` or `record.resp_bytes` first.
   *
   * @throws Error when the iteration over connections has moved on to the next one.
   */
  async payload(side: Side): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for await (const chunk of this.chunks()) if (chunk.side === side) parts.push(chunk.bytes)
    return new Uint8Array(Buffer.concat(parts))
  }

  /** Deletes the payload file. @internal */
  release(): void {
    this.#isGone = true
    if (this.#path !== null) fs.unlinkSync(this.#path)
    this.#path = null
  }

  #open(): ChunkReader | null {
    if (this.#isGone) throw gone()
    return this.#path === null ? null : new ChunkReader(this.#path)
  }
}

function gone(): Error {
  return new Error('Cannot read the payload of a connection after the iteration has moved on to the next one')
}

/** Reads the chunks of a file in order. */
class ChunkReader {
  readonly #file: RecordFile

  constructor(path: string) {
    this.#file = new RecordFile(path, Math.min(READ_BYTES, fs.statSync(path).size))
  }

  /** Returns the next chunk, with an owned copy of its bytes; null at the end. */
  next(): PayloadChunk | null {
    const file = this.#file
    if (!file.fill(CHUNK_HEADER_BYTES)) return null
    const { buffer, at } = file
    const size = buffer.readUInt32LE(at + CHUNK_PAYLOAD_BYTES)
    const chunk = {
      side: buffer.readUInt32LE(at + CHUNK_SIDE) === 0 ? ('orig' as const) : ('resp' as const),
      tsSec: buffer.readDoubleLE(at),
      tsNsec: buffer.readUInt32LE(at + CHUNK_NSEC),
      missingBefore: buffer.readDoubleLE(at + CHUNK_MISSING),
    }
    if (!file.fill(CHUNK_HEADER_BYTES + size)) return null
    const from = file.at + CHUNK_HEADER_BYTES
    file.at = from + size
    return { ...chunk, bytes: new Uint8Array(file.buffer.subarray(from, from + size)) }
  }

  close(): void {
    this.#file.close()
  }
}
