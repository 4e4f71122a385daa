import type { StoredChunk } from './chunks/chunk-source.js'
import type { ConversationSource } from './conversation-files.js'
import type { ReadingState, Side } from './view-data.js'

const MAX_PIECE_BYTES = 32 * 1024
/** Longest marker for lost bytes. */
const MAX_MARKER_BYTES = 40
const MARKER = /\[(\d{1,16}) bytes missing\]/g

/** `length` bytes that the capture lost, at `offset` of the half-stream. */
export interface Gap {
  readonly offset: number
  readonly length: number
}

/** A piece of a conversation: bytes of one chunk, or a gap. */
export type Piece =
  | {
      readonly kind: 'data'
      readonly side: Side
      /** Seconds since 1970 as a decimal string; null when unknown, and in a continued chunk. */
      readonly time: string | null
      /** Offset of the first byte in the half-stream, or in the file when sides are unknown. */
      readonly offset: number
      readonly bytes: Buffer
      /** True when an earlier piece began the chunk. */
      readonly isContinued: boolean
    }
  | { readonly kind: 'gap'; readonly side: Side; readonly length: number }

/** The state before the first piece. */
export const BEGIN: ReadingState = { positions: [0, 0], inChunk: 0, offsets: [0, 0] }

/** A connection's gaps according to the index. */
export interface KnownGaps {
  readonly sides: readonly [readonly Gap[], readonly Gap[]]
  /** True when the connection has more gaps than are listed. */
  readonly isTruncated: boolean
}

/** Splits the chunks of a conversation into payload and gaps. */
export class PieceReader {
  readonly #source: ConversationSource
  readonly #gaps: KnownGaps
  readonly #lengths: ReadonlySet<number>
  readonly #mostBytes: number
  readonly #offsets: [number, number]
  #positions: readonly [number, number]
  #at: number
  #chunk: StoredChunk | null = null
  #isChunkNew = true

  /** @param source Must be opened at `state.positions`. @param mostBytes Of a piece. */
  constructor(
    source: ConversationSource,
    gaps: KnownGaps,
    state: ReadingState = BEGIN,
    mostBytes = MAX_PIECE_BYTES,
  ) {
    this.#mostBytes = mostBytes
    this.#source = source
    this.#gaps = gaps
    this.#lengths = new Set(gaps.sides.flat().map(({ length }) => length))
    this.#positions = state.positions
    this.#at = state.inChunk
    this.#isChunkNew = state.inChunk === 0
    this.#offsets = [...state.offsets]
  }

  /** The state before the next piece. */
  get state(): ReadingState {
    return { positions: this.#positions, inChunk: this.#at, offsets: [...this.#offsets] }
  }

  /** Returns the next piece; null at the end. @throws InputError */
  async next(): Promise<Piece | null> {
    const chunk = await this.#current()
    if (chunk === null) return null
    const piece = (await this.#gapAt(chunk)) ?? (await this.#dataAt(chunk))
    if (this.#at >= chunk.length) {
      this.#positions = [...this.#source.positions]
      this.#chunk = null
      this.#at = 0
      this.#isChunkNew = true
    }
    return piece
  }

  async #current(): Promise<StoredChunk | null> {
    this.#chunk ??= await this.#source.next()
    return this.#chunk
  }

  async #gapAt(chunk: StoredChunk): Promise<Piece | null> {
    const { side } = chunk
    if (this.#lengths.size === 0 && !this.#gaps.isTruncated) return null
    const text = (await chunk.read(this.#at, MAX_MARKER_BYTES)).toString('latin1')
    MARKER.lastIndex = 0
    const found = MARKER.exec(text)
    const marked = found?.index === 0 ? { length: Number(found[1]), bytes: found[0].length } : null
    if (side === null) {
      if (marked === null || !this.#isLikely(marked.length)) return null
      this.#advance(side, marked.bytes, marked.bytes)
      return { kind: 'gap', side, length: marked.length }
    }
    const known = this.#gaps.sides[side].find(({ offset }) => offset === this.#offsets[side])
    if (known !== undefined) {
      const filler =
        marked?.length === known.length ? marked.bytes : await zerosAt(chunk, this.#at, known.length)
      this.#advance(side, filler, known.length)
      return { kind: 'gap', side, length: known.length }
    }
    if (marked === null || !this.#gaps.isTruncated || !this.#isChunkNew) return null
    this.#advance(side, marked.bytes, marked.length)
    return { kind: 'gap', side, length: marked.length }
  }

  async #dataAt(chunk: StoredChunk): Promise<Piece> {
    const { side } = chunk
    const offset = this.#offsets[side ?? 0]
    const nextGap = side === null ? undefined : this.#gaps.sides[side].find((gap) => gap.offset > offset)
    const wanted = Math.min(this.#mostBytes, (nextGap?.offset ?? Number.POSITIVE_INFINITY) - offset)
    const read = await chunk.read(this.#at, wanted)
    const bytes = side === null ? read.subarray(0, this.#lengthBeforeMarker(read)) : read
    const isContinued = !this.#isChunkNew
    if (bytes.length === 0)
      this.#at = chunk.length // an empty chunk, or the file was truncated meanwhile
    else this.#advance(side, bytes.length, bytes.length)
    this.#isChunkNew = false
    return { kind: 'data', side, time: isContinued ? null : chunk.time, offset, bytes, isContinued }
  }

  // The number of bytes before the next marker, or before a possible start of one at the end.
  #lengthBeforeMarker(bytes: Buffer): number {
    if (this.#lengths.size === 0 && !this.#gaps.isTruncated) return bytes.length
    const text = bytes.toString('latin1')
    MARKER.lastIndex = 1
    for (let found = MARKER.exec(text); found !== null; found = MARKER.exec(text)) {
      if (this.#isLikely(Number(found[1]))) return found.index
    }
    if (this.#lengths.size === 0 || bytes.length < this.#mostBytes) return bytes.length
    const bracket = text.indexOf('[', bytes.length - MAX_MARKER_BYTES)
    return bracket > 0 ? bracket : bytes.length
  }

  #isLikely(length: number): boolean {
    return this.#lengths.has(length) || (this.#gaps.isTruncated && length > 0)
  }

  #advance(side: Side, bytes: number, offset: number): void {
    this.#at += bytes
    this.#offsets[side ?? 0] += offset
  }
}

// The number of filler bytes at `at`: `length` if they are zeros, else 0. Samples only the first MAX_PIECE_BYTES.
async function zerosAt(chunk: StoredChunk, at: number, length: number): Promise<number> {
  if (chunk.length - at < length) return 0
  const sample = await chunk.read(at, Math.min(length, MAX_PIECE_BYTES))
  return sample.every((byte) => byte === 0) ? length : 0
}
