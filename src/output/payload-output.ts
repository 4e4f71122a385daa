import { grown, grownRows } from '../bytes/grown.js'
import type { Config } from '../config.js'
import { bytesText } from '../figures.js'
import { ConnectionFlag, type ConnectionTable } from '../flow/connection-table.js'
import { ByteBuilder } from './byte-builder.js'
import { blankChunk, type ChunkFormat } from './chunk.js'
import type { ConsoleTarget } from './console/console-block.js'
import { ConsoleFrameFormat, connectionText, usesFrames } from './console/console-frame.js'
import type { FileNames } from './files/file-names.js'
import { FileTarget } from './files/file-target.js'
import type { FileWriter } from './files/file-writer.js'
import { FrameFormat } from './handover/frame-format.js'
import { JsonFormat } from './json-format.js'
import type { OutputTotals } from './output-totals.js'
import { HeaderFormat, RawFormat } from './plain-format.js'

/** A gap longer than this is never written out as zeros where they take room. */
const MAX_WRITTEN_ZEROS = 1024 * 1024
/** Half-streams that are named when they have more zeros than they may; further ones are counted. */
const SHOWN_WARNINGS = 20
const INITIAL_CAPACITY = 256

/** How payload is shown. */
export type PayloadOptions = Pick<
  Config,
  'separateSides' | 'chunkHeaders' | 'json' | 'handoverDir' | 'gapStyle' | 'maxBytes' | 'consoleStyle'
> & { readonly limits: Pick<Config['limits'], 'gapZeros' | 'writtenGapZeros'> }

/** The payload of all open connections, formatted chunk by chunk, to their files or to the console. */
export class PayloadOutput {
  // Invariants, for each half-stream of an open connection:
  // - #pendingGaps is what the capture lost since the last chunk and is not shown yet.
  // - #keptBytes is the payload that was let through, at most maxBytes; not counted where maxBytes is infinite.
  // - #offsets is where its next chunk begins, for a conversation on the console; otherwise it stays 0.
  // - #zeroBytes is how many zeros were shown for lost bytes, at most #maxZeros; Infinity when that was not enough.
  // - #hasContent is 1 when something was written for it.
  // A file's number is the half-stream's with separate sides, otherwise the connection's.
  readonly #table: ConnectionTable
  readonly #options: PayloadOptions
  readonly #names: FileNames
  readonly #writer: FileWriter
  readonly #format: ChunkFormat
  readonly #isRaw: boolean
  readonly #isConversation: boolean
  /** Zeros are written out: in a raw file they are left out of it, in a frame they are only told. */
  readonly #zerosTakeRoom: boolean
  readonly #maxZeros: number
  readonly #fileTarget: FileTarget
  readonly #console: ConsoleTarget | null
  readonly #totals: OutputTotals
  readonly #chunk = blankChunk()
  readonly #marker = new ByteBuilder()
  #pendingGaps = new Float64Array(INITIAL_CAPACITY * 2)
  #keptBytes = new Float64Array(INITIAL_CAPACITY * 2)
  #offsets = new Float64Array(INITIAL_CAPACITY * 2)
  #zeroBytes = new Float64Array(INITIAL_CAPACITY * 2)
  #hasContent = new Uint8Array(INITIAL_CAPACITY * 2)
  /** The `firstNumber` of the connection whose name `#chunk.name` is. */
  #namedFirstNumber = -1

  /**
   * @param console Where payload goes instead of files; null: to files.
   * @param totals  Its `gapZeros` is counted up, and has the connections concerned in `warnings`.
   */
  constructor(
    table: ConnectionTable,
    options: PayloadOptions,
    names: FileNames,
    writer: FileWriter,
    console: ConsoleTarget | null,
    totals: OutputTotals,
  ) {
    this.#table = table
    this.#options = options
    this.#names = names
    this.#writer = writer
    this.#fileTarget = new FileTarget(writer)
    this.#console = console
    this.#totals = totals
    this.#isConversation = usesFrames(options.consoleStyle)
    this.#isRaw =
      !options.json && !options.chunkHeaders && options.handoverDir === null && !this.#isConversation
    this.#zerosTakeRoom = console !== null || !(this.#isRaw || options.handoverDir !== null)
    const { gapZeros, writtenGapZeros } = options.limits
    this.#maxZeros = this.#zerosTakeRoom ? writtenGapZeros : gapZeros
    this.#format = formatOf(options)
  }

  /** Must come before anything else of a connection. */
  opened(connection: number): void {
    if (2 * connection >= this.#pendingGaps.length) this.#grow(connection)
    this.#namedFirstNumber = -1
  }

  /** See `StreamSink.data()`. @throws OutputError */
  data(half: number, bytes: Uint8Array, from: number, to: number, tsSec: number, tsNsec: number): void {
    const { maxBytes } = this.#options
    if (maxBytes !== Number.POSITIVE_INFINITY) {
      const left = maxBytes - this.#keptBytes[half]!
      if (left <= 0) return
      if (to - from > left) to = from + left
      this.#keptBytes[half] = this.#keptBytes[half]! + to - from
    }
    if (this.#isRaw && this.#pendingGaps[half] === 0) {
      if (from === to) return
      this.#hasContent[half] = 1
      this.#target(half).append(bytes, from, to)
    } else {
      this.#writeChunk(half, bytes, from, to, tsSec, tsNsec)
    }
  }

  /** `length` bytes are missing before the next chunk of this half-stream. */
  gap(half: number, length: number): void {
    if (this.#options.gapStyle !== 'skip') this.#pendingGaps[half] = this.#pendingGaps[half]! + length
  }

  /** Writes what is buffered of a connection and closes its files. More may come. @throws OutputError */
  close(connection: number): void {
    this.#writeLastZeros(2 * connection)
    this.#writeLastZeros(2 * connection + 1)
    if (this.#options.separateSides) {
      this.#writer.close(2 * connection)
      this.#writer.close(2 * connection + 1)
    } else {
      this.#writer.close(connection)
    }
  }

  /** The connection's number will mean another one. @throws OutputError */
  release(connection: number): void {
    if (this.#options.separateSides) {
      this.#writer.release(2 * connection)
      this.#writer.release(2 * connection + 1)
    } else {
      this.#writer.release(connection)
    }
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      this.#pendingGaps[half] = 0
      this.#keptBytes[half] = 0
      this.#offsets[half] = 0
      this.#zeroBytes[half] = 0
      this.#hasContent[half] = 0
    }
  }

  /** True when something was written for the half-stream. */
  hasContent(half: number): boolean {
    return this.#hasContent[half] === 1
  }

  #target(half: number): FileTarget | ConsoleTarget {
    if (this.#console !== null) {
      this.#console.firstNumber = this.#table.firstNumber[half >> 1]!
      return this.#console
    }
    this.#fileTarget.file = this.#options.separateSides ? half : half >> 1
    return this.#fileTarget
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
    if (this.#console !== null && (this.#options.json || this.#isConversation)) this.#nameChunk(connection)
    if (this.#isConversation) this.#placeChunk(half)
    else this.#showGap(half)
    this.#hasContent[half] = 1
    this.#format.write(this.#target(half), chunk)
  }

  #nameChunk(connection: number): void {
    const firstNumber = this.#table.firstNumber[connection]!
    if (firstNumber === this.#namedFirstNumber) return
    this.#namedFirstNumber = firstNumber
    this.#chunk.name = this.#isConversation
      ? connectionText(this.#table, connection)
      : this.#names.baseName(connection, 0)
  }

  // Sets where the chunk stands in its stream; what was lost before it is told and takes no room.
  #placeChunk(half: number): void {
    const chunk = this.#chunk
    chunk.zeros = this.#pendingGaps[half]!
    chunk.offset = this.#offsets[half]! + chunk.zeros
    this.#offsets[half] = chunk.offset + chunk.to - chunk.from
    this.#pendingGaps[half] = 0
  }

  // Sets what the chunk shows of the bytes lost before it.
  #showGap(half: number): void {
    const length = this.#pendingGaps[half]!
    this.#chunk.markerBytes = 0
    this.#chunk.zeros = 0
    if (length === 0) return
    this.#pendingGaps[half] = 0
    if (this.#options.gapStyle === 'zeros' && this.#mayShowZeros(half, length)) {
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

  // Counts `length` zeros, unless they are more than there may be: then the marker is shown instead.
  #mayShowZeros(half: number, length: number): boolean {
    if (this.#options.handoverDir !== null) return true
    const zeros = this.#zeroBytes[half]! + length
    if (zeros <= this.#maxZeros && !(this.#zerosTakeRoom && length > MAX_WRITTEN_ZEROS)) {
      this.#zeroBytes[half] = zeros
      return true
    }
    this.#totals.gapZeros += 1
    if (zeros > this.#maxZeros && this.#zeroBytes[half] !== Number.POSITIVE_INFINITY) {
      this.#zeroBytes[half] = Number.POSITIVE_INFINITY // from now on markers alone
      this.#warnOfZeros(half)
    }
    return false
  }

  #warnOfZeros(half: number): void {
    const { warnings } = this.#totals
    if (warnings.length === SHOWN_WARNINGS) return
    const name = this.#names.dataName(half >> 1, half & 1)
    warnings.push(
      `"${name}" has markers in the place of zeros: side ${half & 1} lost more than ${bytesText(this.#maxZeros)} (limit gap_zeros)`,
    )
  }

  // Lost bytes at the end, which no chunk follows, lengthen a stream, or are all that there is of it; only zeros can
  // show them.
  #writeLastZeros(half: number): void {
    const isShown = this.#options.gapStyle === 'zeros' && this.#isRaw
    const isCut = this.#keptBytes[half]! >= this.#options.maxBytes
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

function formatOf(options: PayloadOptions): ChunkFormat {
  if (options.handoverDir !== null) return new FrameFormat()
  if (usesFrames(options.consoleStyle)) return new ConsoleFrameFormat()
  if (options.json) return new JsonFormat()
  return options.chunkHeaders ? new HeaderFormat(options.consoleStyle === 'headers') : new RawFormat()
}
