import type { RecordPlace } from '../capture/record-place.js'
import {
  BLOCK_BYTES,
  bufferBytes,
  capacityFor,
  type FragmentBuffer,
  type FragmentBuffers,
  MIN_CAPACITY,
} from './fragment-buffers.js'

/** Largest datagram that fragments can form: the IP length field has 16 bits. */
export const MAX_DATAGRAM_BYTES = 65_535

// States of a block.
const EMPTY = 0
const HELD = 1
/** Seen, but cut by the snaplen: missing from the buffer, wholly or in part. */
const CUT = 2

/** Version and protocol in one word, identification in one, two addresses in four each, tunnels in two. */
export const KEY_WORDS = 12
export const NO_PROTOCOL = -1

/** Reassembles the fragments of one datagram. The first copy of a byte wins. */
export class FragmentTracker {
  // Invariants:
  // - `#blocks[i]` is the state of bytes `[8i, 8i + 8)`; `#coveredBlocks` blocks are not EMPTY.
  // - no block after `#totalBytes` is covered, and no byte at or after `#highBytes` was seen.
  // - `#cutAt` is the lowest offset that was seen but not captured, or Infinity.
  readonly #buffers: FragmentBuffers
  #buffer: FragmentBuffer
  #bytes: Uint8Array
  #blocks: Uint8Array
  #coveredBlocks = 0
  #highBytes = 0
  #totalBytes = Infinity
  #cutAt = Infinity

  /** Identifies the datagram. Set by the owner, as is `hash`. */
  readonly key = new Uint32Array(KEY_WORDS)
  hash = 0
  /** Time of the first fragment. */
  bornSec = 0
  bornNsec = 0
  /** Links of the owner's lists: by age, and of trackers with the same hash. */
  older: FragmentTracker | null = null
  newer: FragmentTracker | null = null
  sameHash: FragmentTracker | null = null
  /** Protocol of the content, from the fragment at offset 0; `NO_PROTOCOL` until that was seen. */
  protocol = NO_PROTOCOL
  /** True when the datagram was already delivered, because its first fragment was cut. */
  isDelivered = false
  /** Sum of the IP lengths of all fragments that had something new. */
  ipBytes = 0
  /** True when it is complete, and kept because copies of its fragments may come. */
  isKept = false
  /** Start, end and time of each fragment that is no copy, if the owner notes them: four numbers each. */
  readonly arrivals: number[] = []
  /** Where the frames of its fragments stand; see `FrameTrail`. */
  frames: RecordPlace[] = []
  /** Captured bytes that differ from an earlier copy or lie after the datagram's end. */
  conflictBytes = 0

  /** @param buffers The pool for its memory. */
  constructor(buffers: FragmentBuffers) {
    this.#buffers = buffers
    this.#buffer = buffers.take(MIN_CAPACITY)
    this.#bytes = this.#buffer.bytes
    this.#blocks = this.#buffer.blocks
  }

  /** Returns its memory to the pool. The tracker must not be used again before `reopen()`. */
  close(): void {
    this.#buffers.release(this.#buffer)
  }

  /** Resets a closed tracker for another datagram. */
  reopen(): void {
    this.#use(this.#buffers.take(MIN_CAPACITY))
    this.#coveredBlocks = 0
    this.#highBytes = 0
    this.#totalBytes = Infinity
    this.#cutAt = Infinity
    this.older = null
    this.newer = null
    this.sameHash = null
    this.protocol = NO_PROTOCOL
    this.isDelivered = false
    this.ipBytes = 0
    this.isKept = false
    this.arrivals.length = 0
    if (this.frames.length > 0) this.frames = []
    this.conflictBytes = 0
  }

  /** True when a fragment with this range came at most `nsec` before this time, or after it. */
  cameRecently(start: number, end: number, tsSec: number, tsNsec: number, nsec: number): boolean {
    const { arrivals } = this
    for (let i = 0; i < arrivals.length; i += 4) {
      if (arrivals[i] !== start || arrivals[i + 1] !== end) continue
      if (Math.abs(nsecBetween(arrivals[i + 2]!, arrivals[i + 3]!, tsSec, tsNsec)) <= nsec) return true
    }
    return false
  }

  /** True when its latest fragment came at most `nsec` before this time, or after it. */
  isRecent(tsSec: number, tsNsec: number, nsec: number): boolean {
    const { arrivals } = this
    return Math.abs(nsecBetween(arrivals.at(-2)!, arrivals.at(-1)!, tsSec, tsNsec)) <= nsec
  }

  /** Additional memory that it needs to hold bytes up to `end`. */
  moreBytesFor(end: number): number {
    const { length } = this.#bytes
    return bufferBytes(capacityFor(end, length)) - bufferBytes(length)
  }

  get isComplete(): boolean {
    return this.#coveredBlocks === Math.ceil(this.#totalBytes / BLOCK_BYTES)
  }

  /** Length of the datagram's content; Infinity until its last fragment was seen. */
  get totalBytes(): number {
    return this.#totalBytes
  }

  /** Bytes of a complete datagram before the first byte that the snaplen cut. */
  get capturedBytes(): number {
    return Math.min(this.#totalBytes, this.#cutAt)
  }

  /** Copies the captured bytes to `into[at, at + capturedBytes)`. */
  copyTo(into: Uint8Array, at: number): void {
    into.set(this.#bytes.subarray(0, this.capturedBytes), at)
  }

  /**
   * Adds a fragment, whose captured part is `bytes[from, from + capturedBytes)`. The first fragment with `isLast` fixes
   * the end of the datagram. Bytes of other fragments after that end are not used.
   *
   * @param offset    Offset of its first byte in the datagram, a multiple of 8.
   * @param wireBytes Its length on the wire, at least 1; a multiple of 8 unless `isLast`.
   * @returns False when all of it was seen before.
   */
  add(
    bytes: Uint8Array,
    from: number,
    capturedBytes: number,
    offset: number,
    wireBytes: number,
    isLast: boolean,
  ): boolean {
    const { conflictBytes } = this
    const coveredBlocks = this.#coveredBlocks
    if (isLast && this.#totalBytes === Infinity) this.#endAt(offset + wireBytes)
    let end = Math.min(offset + wireBytes, this.#totalBytes)
    if (end < this.#totalBytes) end -= end % BLOCK_BYTES // marked as the last, but ends before the datagram's end
    const capturedTo = offset + capturedBytes
    this.conflictBytes += Math.max(0, capturedTo - Math.max(end, offset))
    if (end <= offset) return true
    this.#highBytes = Math.max(this.#highBytes, end)
    this.#growTo(end)

    const base = from - offset // `base` plus an offset in the datagram is an offset in `bytes`
    const lastBlock = Math.ceil(end / BLOCK_BYTES)
    let block = offset / BLOCK_BYTES
    while (block < lastBlock) {
      const first = block
      const state = this.#blocks[first]!
      while (block < lastBlock && this.#blocks[block] === state) block += 1
      const runFrom = first * BLOCK_BYTES
      const runTo = Math.min(block * BLOCK_BYTES, end)
      if (state === EMPTY) this.#take(bytes, base, runFrom, runTo, capturedTo)
      else if (state === HELD) this.#compare(bytes, base, runFrom, Math.min(runTo, capturedTo))
    }
    return this.#coveredBlocks !== coveredBlocks || this.conflictBytes !== conflictBytes
  }

  /** True when `bytes[from, from + capturedBytes)` is what the datagram has from `offset` on, as far as that was captured. */
  hasSame(bytes: Uint8Array, from: number, capturedBytes: number, offset: number): boolean {
    const count = Math.min(capturedBytes, this.capturedBytes - offset)
    for (let i = 0; i < count; i++) if (bytes[from + i] !== this.#bytes[offset + i]) return false
    return true
  }

  #endAt(totalBytes: number): void {
    this.#totalBytes = totalBytes
    if (this.#highBytes <= totalBytes) return
    this.conflictBytes += this.#highBytes - totalBytes
    const endBlock = Math.ceil(totalBytes / BLOCK_BYTES)
    for (let block = endBlock; block * BLOCK_BYTES < this.#highBytes; block++) {
      if (this.#blocks[block] !== EMPTY) this.#coveredBlocks -= 1
    }
    this.#highBytes = totalBytes
  }

  /** Stores bytes `[from, to)` of the datagram in empty blocks. Those from `capturedTo` on were not captured. */
  #take(bytes: Uint8Array, base: number, from: number, to: number, capturedTo: number): void {
    const firstBlock = from / BLOCK_BYTES
    const endBlock = Math.ceil(to / BLOCK_BYTES)
    this.#coveredBlocks += endBlock - firstBlock
    const dataTo = Math.max(from, Math.min(to, capturedTo))
    this.#bytes.set(bytes.subarray(base + from, base + dataTo), from)
    if (dataTo === to) {
      this.#blocks.fill(HELD, firstBlock, endBlock)
      return
    }
    const cutBlock = Math.floor(dataTo / BLOCK_BYTES)
    this.#blocks.fill(HELD, firstBlock, cutBlock)
    this.#blocks.fill(CUT, cutBlock, endBlock)
    if (dataTo < this.#cutAt) this.#cutAt = dataTo
  }

  #compare(bytes: Uint8Array, base: number, from: number, to: number): void {
    for (let i = from; i < to; i++) if (bytes[base + i] !== this.#bytes[i]) this.conflictBytes += 1
  }

  #growTo(end: number): void {
    const capacity = capacityFor(end, this.#bytes.length)
    if (capacity === this.#bytes.length) return
    const small = this.#buffer
    this.#use(this.#buffers.take(capacity))
    this.#bytes.set(small.bytes)
    this.#blocks.set(small.blocks)
    this.#buffers.release(small)
  }

  #use(buffer: FragmentBuffer): void {
    this.#buffer = buffer
    this.#bytes = buffer.bytes
    this.#blocks = buffer.blocks
  }
}

function nsecBetween(sec: number, nsec: number, otherSec: number, otherNsec: number): number {
  return (otherSec - sec) * 1e9 + otherNsec - nsec
}
