import { grown, grownRows } from '../bytes/grown.js'
import type { GapStyle } from '../config/config.js'
import { bytesText } from '../figures.js'
import { ConnectionFlag, type ConnectionTable } from '../flow/connection-table.js'
import { ByteBuilder } from './byte-builder.js'
import { blankChunk, type ChunkFormat, type ChunkTarget } from './chunk.js'
import type { OutputTotals } from './output-totals.js'

/** The longest gap that is shown as zeros where zeros take room. */
const MAX_WRITTEN_ZEROS = 1024 * 1024
/** Most warnings about half-streams with too many zeros. Further ones are only counted. */
const SHOWN_WARNINGS = 20
const INITIAL_CAPACITY = 256

/** How payload is shown. */
export interface PayloadForm {
  readonly format: ChunkFormat
  /** Chunks follow each other with nothing between. The format is used only where lost bytes are shown. */
  readonly isRaw: boolean
  /** Each chunk says its stream offset, so lost bytes before it take no room. */
  readonly isPlaced: boolean
  readonly gapStyle: GapStyle
  /** Most payload bytes of each direction that are shown; Infinity: all. */
  readonly maxBytes: number
  /** Zeros are written out. False: they become a hole in the file, or a number in a header. */
  readonly zerosTakeRoom: boolean
  /** Most zeros that one half-stream may have for lost bytes. */
  readonly maxZeros: number
}

/** Where payload goes. */
export interface PayloadPlace {
  /** Where the chunks of a half-stream go. Valid until the next call. */
  targetOf(half: number): ChunkTarget
  /** Makes `Chunk.name`; null: the format shows no name. */
  readonly chunkName: ((connection: number) => string) | null
  /** Name of a half-stream's file in warnings. */
  fileName(half: number): string
}

/** The payload of all open connections of a worker, formatted chunk by chunk. */
export class PayloadChunks {
  // Invariants, for each half-stream of an open connection:
  // - #pendingGaps counts the bytes lost since the last chunk, which are not shown yet.
  // - #keptBytes counts the payload shown, at most maxBytes; it stays 0 where maxBytes is infinite.
  // - #offsets is where its next chunk begins, where chunks are placed; otherwise it stays 0.
  // - #zeroBytes counts the zeros shown for lost bytes, at most maxZeros; Infinity when that was not enough.
  // - #hasContent is 1 when something was written for it.
  readonly #table: ConnectionTable
  readonly #form: PayloadForm
  readonly #place: PayloadPlace
  readonly #totals: OutputTotals
  readonly #isRaw: boolean
  readonly #maxBytes: number
  readonly #chunk = blankChunk()
  readonly #marker = new ByteBuilder()
  #pendingGaps = new Float64Array(INITIAL_CAPACITY * 2)
  #keptBytes = new Float64Array(INITIAL_CAPACITY * 2)
  #offsets = new Float64Array(INITIAL_CAPACITY * 2)
  #zeroBytes = new Float64Array(INITIAL_CAPACITY * 2)
  #hasContent = new Uint8Array(INITIAL_CAPACITY * 2)
  /** `firstNumber` of the connection that `#chunk.name` names. */
  #namedFirstNumber = -1

  /** @param totals Counts the limit `gap_zeros`, and gets a warning for each connection concerned. */
  constructor(table: ConnectionTable, form: PayloadForm, place: PayloadPlace, totals: OutputTotals) {
    this.#table = table
    this.#form = form
    this.#place = place
    this.#totals = totals
    this.#isRaw = form.isRaw
    this.#maxBytes = form.maxBytes
  }

  /** Begins a connection. Must be called before the other methods. */
  opened(connection: number): void {
    if (2 * connection >= this.#pendingGaps.length) this.#grow(connection)
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      this.#pendingGaps[half] = 0
      this.#keptBytes[half] = 0
      this.#offsets[half] = 0
      this.#zeroBytes[half] = 0
      this.#hasContent[half] = 0
    }
    this.#namedFirstNumber = -1
  }

  /** See `StreamSink.data()`. @throws OutputError */
  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, tsNsec: number): void {
    const maxBytes = this.#maxBytes
    if (maxBytes !== Number.POSITIVE_INFINITY) {
      const left = maxBytes - this.#keptBytes[half]!
      if (left <= 0) return
      if (to - from > left) to = from + left
      this.#keptBytes[half] = this.#keptBytes[half]! + to - from
    }
    if (this.#isRaw && this.#pendingGaps[half] === 0) {
      if (from === to) return
      this.#hasContent[half] = 1
      this.#place.targetOf(half).append(bytes, from, to)
    } else {
      this.#writeChunk(half, bytes, from, to, tsSec, tsNsec)
    }
  }

  /** `length` bytes are missing before the next chunk of this half-stream. */
  gap(half: number, length: number): void {
    if (this.#form.gapStyle !== 'skip') this.#pendingGaps[half] = this.#pendingGaps[half]! + length
  }

  /** Shows the bytes lost after the last chunks. More chunks may follow. @throws OutputError */
  close(connection: number): void {
    this.#writeLastZeros(2 * connection)
    this.#writeLastZeros(2 * connection + 1)
  }

  /** True when something was written for the half-stream. */
  hasContent(half: number): boolean {
    return this.#hasContent[half] === 1
  }

  #writeChunk(
    half: number,
    bytes: Uint8Array,
    from: number,
    to: number,
    tsSec: number,
    tsNsec: number,
  ): void {
    const chunk = this.#chunk
    const table = this.#table
    const connection = half >> 1
    chunk.side = half & 1
    chunk.bytes = bytes
    chunk.from = from
    chunk.to = to
    chunk.tsSec = tsSec
    chunk.tsNsec = tsNsec
    chunk.firstSec = table.firstSec[connection]!
    chunk.firstNsec = table.firstNsec[connection]!
    chunk.isNanosecond = (table.flags[connection]! & ConnectionFlag.NANOSECOND) !== 0
    if (this.#place.chunkName !== null) this.#nameChunk(connection, this.#place.chunkName)
    if (this.#form.isPlaced) this.#placeChunk(half)
    else this.#showGap(half)
    this.#hasContent[half] = 1
    this.#form.format.write(this.#place.targetOf(half), chunk)
  }

  #nameChunk(connection: number, nameOf: (connection: number) => string): void {
    const firstNumber = this.#table.firstNumber[connection]!
    if (firstNumber === this.#namedFirstNumber) return
    this.#namedFirstNumber = firstNumber
    this.#chunk.name = nameOf(connection)
  }

  // Sets the chunk's offset in its stream, and how many bytes were lost before it.
  #placeChunk(half: number): void {
    const chunk = this.#chunk
    chunk.zeros = this.#pendingGaps[half]!
    chunk.offset = this.#offsets[half]! + chunk.zeros
    this.#offsets[half] = chunk.offset + chunk.to - chunk.from
    this.#pendingGaps[half] = 0
  }

  // Sets what the chunk shows for the bytes lost before it.
  #showGap(half: number): void {
    const length = this.#pendingGaps[half]!
    this.#chunk.markerBytes = 0
    this.#chunk.zeros = 0
    if (length === 0) return
    this.#pendingGaps[half] = 0
    if (this.#form.gapStyle === 'zeros' && this.#mayShowZeros(half, length)) {
      this.#chunk.zeros = length
      return
    }
    this.#marker.clear()
    this.#marker.putText('[')
    this.#marker.putInteger(length)
    this.#marker.putText(' bytes missing]')
    this.#chunk.marker.set(this.#marker.bytes.subarray(0, this.#marker.length))
    this.#chunk.markerBytes = this.#marker.length
  }

  // Counts `length` zeros. Returns false when they are too many: then the marker is shown instead.
  #mayShowZeros(half: number, length: number): boolean {
    const { maxZeros, zerosTakeRoom } = this.#form
    const zeros = this.#zeroBytes[half]! + length
    if (zeros <= maxZeros && !(zerosTakeRoom && length > MAX_WRITTEN_ZEROS)) {
      this.#zeroBytes[half] = zeros
      return true
    }
    this.#totals.limits.gap_zeros += 1
    if (zeros > maxZeros && this.#zeroBytes[half] !== Number.POSITIVE_INFINITY) {
      this.#zeroBytes[half] = Number.POSITIVE_INFINITY // only markers from now on
      this.#warnOfZeros(half)
    }
    return false
  }

  #warnOfZeros(half: number): void {
    const { warnings } = this.#totals
    if (warnings.length === SHOWN_WARNINGS) return
    const name = this.#place.fileName(half)
    warnings.push(
      `"${name}" has markers in the place of zeros: side ${half & 1} lost more than ${bytesText(this.#form.maxZeros)} (limit gap_zeros)`,
    )
  }

  // No chunk follows the bytes lost at the end of a stream, so only zeros can show them.
  #writeLastZeros(half: number): void {
    const isShown = this.#form.gapStyle === 'zeros' && this.#isRaw
    const isCut = this.#keptBytes[half]! >= this.#maxBytes
    if (isShown && !isCut && this.#pendingGaps[half]! > 0) {
      this.#writeChunk(half, this.#marker.bytes, 0, 0, 0, 0)
    }
  }

  #grow(connection: number): void {
    const halves = grownRows(this.#pendingGaps.length, 2 * connection + 2)
    this.#pendingGaps = grown(this.#pendingGaps, halves)
    this.#keptBytes = grown(this.#keptBytes, halves)
    this.#offsets = grown(this.#offsets, halves)
    this.#zeroBytes = grown(this.#zeroBytes, halves)
    this.#hasContent = grown(this.#hasContent, halves)
  }
}
