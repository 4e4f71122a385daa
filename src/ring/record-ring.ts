import type { RecordLog } from './record-log.js'

/**
 * A ring of fixed-size records in one SharedArrayBuffer, written by one thread and read by one other.
 *
 *   byte 0        128       256        384                          384 + 80 * capacity
 *   +---------+---------+----------+------------- ... -------------+
 *   |  tail   |  head   | waiting  |  records of 20 uint32 words    |
 *   +---------+---------+----------+------------- ... -------------+
 *
 * `tail` (producer) and `head` (consumer) count records since the start, modulo 2^32; the index is
 * `position & (capacity - 1)`. They sit on separate cache lines so that the two threads do not slow each other
 * down. `waiting` is 1 while the producer sleeps until there is room.
 */
const TAIL = 0 // int32 index: byte offset / 4
const HEAD = 128 / 4
const WAITING = 256 / 4
const RECORDS_FROM_WORD = 384 / 4

/** Words of one record. */
export const RECORD_WORDS = 20
/** Records written before the consumer can see them, unless `publish` is called. */
const PUBLISH_EVERY = 512

/** @param capacity Records; a power of two. */
export function allocateRing(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer(RECORDS_FROM_WORD * 4 + capacity * RECORD_WORDS * 4)
}

function capacityOf(shared: SharedArrayBuffer): number {
  return (shared.byteLength / 4 - RECORDS_FROM_WORD) / RECORD_WORDS
}

/** The writing end. */
export class RingProducer {
  readonly #state: Int32Array
  /** All words of the ring. Write a record at the index that `next()` returns. */
  readonly words: Uint32Array
  readonly #capacity: number
  #tail = 0
  #published = 0
  /** The consumer's position when it was last read. */
  #head = 0

  constructor(shared: SharedArrayBuffer) {
    this.#state = new Int32Array(shared)
    this.words = new Uint32Array(shared)
    this.#capacity = capacityOf(shared)
  }

  /** Records that can be written now. */
  free(): number {
    this.#head = Atomics.load(this.#state, HEAD)
    return this.#capacity - ((this.#tail - this.#head) | 0)
  }

  /** Index in `words` of the next record, which the caller fills. A record must be free. */
  next(): number {
    return RECORDS_FROM_WORD + (this.#tail & (this.#capacity - 1)) * RECORD_WORDS
  }

  /** Completes the record at `next()`. */
  commit(): void {
    this.#tail = (this.#tail + 1) | 0
    if (((this.#tail - this.#published) | 0) >= PUBLISH_EVERY) this.publish()
  }

  /** Makes all completed records visible to the consumer. */
  publish(): void {
    if (this.#tail === this.#published) return
    this.#published = this.#tail
    Atomics.store(this.#state, TAIL, this.#tail) // publishes everything above, and all shared memory written before
    Atomics.notify(this.#state, TAIL)
  }

  /** Publishes, then waits at most `timeoutMs` for the consumer to free records. */
  waitForRoom(timeoutMs: number): void {
    this.publish()
    Atomics.store(this.#state, WAITING, 1)
    Atomics.wait(this.#state, HEAD, this.#head, timeoutMs)
    Atomics.store(this.#state, WAITING, 0)
  }
}

/** The reading end. */
export class RingConsumer {
  readonly #state: Int32Array
  /** All words of the ring. Read a record at the index that `peek()` returns. */
  readonly words: Uint32Array
  readonly #capacity: number
  #head = 0
  #released = 0
  #tail = 0
  /** Gets what is freed. */
  readonly log: RecordLog | null

  constructor(shared: SharedArrayBuffer, log: RecordLog | null = null) {
    this.log = log
    this.#state = new Int32Array(shared)
    this.words = new Uint32Array(shared)
    this.#capacity = capacityOf(shared)
  }

  /** Position of the record at `peek()`, int32 that wraps around. */
  get position(): number {
    return this.#head
  }

  /** The position behind it. */
  get nextPosition(): number {
    return (this.#head + 1) | 0
  }

  /** Index in `words` of the record at a position that is not freed. */
  indexOf(position: number): number {
    return RECORDS_FROM_WORD + (position & (this.#capacity - 1)) * RECORD_WORDS
  }

  /** Index in `words` of the oldest record, or -1 when there is none. Valid until `release()`. */
  peek(): number {
    if (this.#head === this.#tail) {
      this.release()
      this.#tail = Atomics.load(this.#state, TAIL)
      if (this.#head === this.#tail) return -1
    }
    return this.indexOf(this.#head)
  }

  /** Moves past the record at `peek()`. */
  advance(): void {
    this.#head = (this.#head + 1) | 0
    if (((this.#head - this.#released) | 0) >= this.#capacity >> 2) this.release()
  }

  /** Frees the records read so far for the producer. */
  release(): void {
    if (this.#released === this.#head) return
    if (this.log !== null) this.#logTo(this.log)
    this.#released = this.#head
    Atomics.store(this.#state, HEAD, this.#head)
    if (Atomics.load(this.#state, WAITING) === 1) Atomics.notify(this.#state, HEAD)
  }

  // What is freed is in two pieces where the end of the ring is between them.
  #logTo(log: RecordLog): void {
    const count = (this.#head - this.#released) | 0
    const first = Math.min(count, this.#capacity - (this.#released & (this.#capacity - 1)))
    log.take(this.words, this.indexOf(this.#released), first)
    if (first < count) log.take(this.words, RECORDS_FROM_WORD, count - first)
  }

  /** Waits at most `timeoutMs` for a record. */
  waitForRecord(timeoutMs: number): void {
    Atomics.wait(this.#state, TAIL, this.#tail, timeoutMs)
  }
}
