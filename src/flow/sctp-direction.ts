import type { HeldChunk } from '../stream/held-chunks.js'
import { seqDiff } from '../stream/seq.js'
import { TsnStream } from '../stream/tsn-stream.js'

/** TSNs farther than this from the next one are not expected. */
const NEAR_TSNS = 2 ** 20
/** What is kept of chunks that fit no association, until another packet confirms them. */
const MAX_STRAYS = 16
const MAX_STRAY_BYTES = 64 * 1024

/** What an INIT or INIT ACK tells about its sender's chunks. */
interface Announcement {
  readonly initiateTag: number
  readonly tsn: number
}

/** What a chunk is for a direction: of its stream, of one that has begun with it, or of none as far as is known. */
export type ChunkFit = 'stream' | 'restart' | 'stray' | 'former'

/** Chunks of an unknown association. */
interface Strays {
  readonly tag: number
  readonly chunks: HeldChunk[]
  bytes: number
}

/**
 * The associations of one direction of a 5-tuple, one after the other. A chunk belongs to the one whose Verification Tag its
 * packet has (RFC 9260 §8.5); where an implementation uses the same tag again, to the one that its TSN is near to.
 */
export class SctpDirection {
  stream: TsnStream
  strays: Strays | null = null
  /** Verification Tag of the stream's packets, and of the one before; null: none was seen. */
  #tag: number | null
  #formerTag: number | null = null
  /** What was told about the stream, and about one that may follow; null: nothing. */
  #own: Announcement | null
  #next: Announcement | null = null

  private constructor(start: number, tag: number | null, own: Announcement | null) {
    this.stream = new TsnStream(start)
    this.#tag = tag
    this.#own = own
  }

  /** One that begins with an INIT or INIT ACK. */
  static announced(initiateTag: number, tsn: number): SctpDirection {
    return new SctpDirection(tsn, null, { initiateTag, tsn })
  }

  /** One that was joined in the middle. */
  static joined(tag: number, tsn: number): SctpDirection {
    return new SctpDirection(tsn, tag, null)
  }

  /** Takes what an INIT or INIT ACK tells. One that comes again tells the same. */
  announce(initiateTag: number, tsn: number): void {
    if (this.#own === null && tsn === this.stream.start) this.#own = { initiateTag, tsn }
    else if (this.#own?.initiateTag !== initiateTag || this.#own.tsn !== tsn)
      this.#next = { initiateTag, tsn }
  }

  /** What a chunk is. */
  fit(tag: number, tsn: number): ChunkFit {
    const next = this.#next
    const isNear = this.isNear(tsn)
    if (this.#tag === null) {
      // Several were told, none has begun: an INIT that was sent again may have had another answer.
      if (next !== null && Math.abs(seqDiff(tsn, next.tsn)) < Math.abs(seqDiff(tsn, this.stream.next)))
        return 'restart'
      if (!isNear) return 'stray'
      this.#tag = tag
      this.#next = null
      return 'stream'
    }
    if (tag === this.#tag) {
      const isNext = next !== null && tsn === next.tsn && tsn !== this.stream.next
      return isNext ? 'restart' : isNear ? 'stream' : 'stray'
    }
    if (tag === this.#formerTag) return 'former'
    return next !== null && Math.abs(seqDiff(tsn, next.tsn)) <= NEAR_TSNS ? 'restart' : 'stray'
  }

  isNear(tsn: number): boolean {
    return Math.abs(seqDiff(tsn, this.stream.next)) <= NEAR_TSNS
  }

  /** Begins the stream that was told, with packets that have this tag. What is held of the one before must have been delivered. */
  restart(tag: number): void {
    this.#own = this.#next
    this.#begin(tag, this.#own!.tsn)
  }

  /** True when a stray chunk is confirmed by the strays: another packet of the same association brought one near to it. */
  confirms(tag: number, tsn: number, number: number): boolean {
    const { strays } = this
    return (
      strays?.tag === tag &&
      strays.chunks.some((chunk) => chunk.number !== number) &&
      strays.chunks.every((chunk) => chunk.tsn !== tsn && Math.abs(seqDiff(tsn, chunk.tsn)) <= NEAR_TSNS)
    )
  }

  /** True when a stray chunk is one that came already. */
  hasStray(tag: number, tsn: number): boolean {
    return this.strays?.tag === tag && this.strays.chunks.some((chunk) => chunk.tsn === tsn)
  }

  /** True when a stray chunk of so many bytes can be kept with the others. */
  hasRoom(tag: number, bytes: number): boolean {
    const { strays } = this
    if (strays === null) return true
    return strays.tag === tag && strays.chunks.length < MAX_STRAYS && strays.bytes + bytes <= MAX_STRAY_BYTES
  }

  addStray(tag: number, chunk: HeldChunk): void {
    this.strays ??= { tag, chunks: [], bytes: 0 }
    this.strays.chunks.push(chunk)
    this.strays.bytes += chunk.bytes
  }

  /**
   * Begins a stream at the lowest of the strays and `tsn`. What is held of the one before must have been delivered.
   *
   * @returns The strays, in the order of their TSNs.
   */
  adopt(tsn: number): readonly HeldChunk[] {
    const { tag, chunks } = this.strays!
    chunks.sort((a, b) => seqDiff(a.tsn, b.tsn))
    const lowest = chunks[0]!.tsn
    this.strays = null
    this.#own = null
    this.#begin(tag, seqDiff(lowest, tsn) < 0 ? lowest : tsn)
    return chunks
  }

  #begin(tag: number, start: number): void {
    if (this.#tag !== tag) this.#formerTag = this.#tag
    this.#tag = tag
    this.#next = null
    this.stream = new TsnStream(start)
  }
}
