import fs from 'node:fs'
import { join } from 'node:path'
import type { IndexRecord } from './index-record.js'

const READ_BYTES = 64 * 1024
/** Most records that may wait for the consumer before the run pauses. */
const MAX_RECORDS = 512
/** Most payload in the files of these records before the run pauses. */
const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024
const LINE_FEED = 0x0a

/** A log that a worker is writing. */
interface Log {
  readonly descriptor: number
  /** The start of a line whose end was not written yet. */
  rest: Buffer
}

/** Reads the logs of finished connections (`output/handover/finished-log.ts`) in a folder while workers write them. */
export class FinishedRecords {
  // Invariant: #payloadBytes is the payload of the connections in #waiting.
  readonly #folder: string
  readonly #logs = new Map<string, Log>()
  readonly #waiting: IndexRecord[] = []
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES)
  #payloadBytes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** True when enough connections wait for the run to pause. */
  get isFull(): boolean {
    return this.#waiting.length >= MAX_RECORDS || this.#payloadBytes >= MAX_PAYLOAD_BYTES
  }

  /** Takes the next finished connection; undefined when none is available now. */
  take(): IndexRecord | undefined {
    if (this.#waiting.length === 0) this.readAhead()
    const record = this.#waiting.shift()
    if (record !== undefined) this.#payloadBytes -= payloadBytesOf(record)
    return record
  }

  /** Reads what the workers have written, until `isFull`. */
  readAhead(): void {
    this.#openNew()
    for (let isMore = true; isMore && !this.isFull; ) {
      isMore = false
      for (const log of this.#logs.values()) if (this.#readSome(log)) isMore = true
    }
  }

  close(): void {
    for (const { descriptor } of this.#logs.values()) fs.closeSync(descriptor)
    this.#logs.clear()
  }

  #openNew(): void {
    for (const name of fs.readdirSync(this.#folder)) {
      if (!name.endsWith('.jsonl') || this.#logs.has(name)) continue
      const descriptor = fs.openSync(join(this.#folder, name), 'r')
      this.#logs.set(name, { descriptor, rest: Buffer.alloc(0) })
    }
  }

  #readSome(log: Log): boolean {
    const count = fs.readSync(log.descriptor, this.#buffer, 0, READ_BYTES, null)
    if (count === 0) return false
    const bytes = Buffer.concat([log.rest, this.#buffer.subarray(0, count)])
    let from = 0
    for (let to = bytes.indexOf(LINE_FEED); to >= 0; to = bytes.indexOf(LINE_FEED, from)) {
      const record: IndexRecord = JSON.parse(bytes.toString('utf8', from, to))
      this.#waiting.push(record)
      this.#payloadBytes += payloadBytesOf(record)
      from = to + 1
    }
    log.rest = bytes.subarray(from)
    return true
  }
}

function payloadBytesOf({ orig_bytes, resp_bytes }: IndexRecord): number {
  return orig_bytes + resp_bytes
}
