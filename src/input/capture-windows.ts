import { DETECT_BYTES, needsMore } from '../capture/capture-format.js'
import {
  type CaptureReader,
  type CaptureReaderOptions,
  MAX_RECORD_BYTES,
  RECORD_OVERHEAD_BYTES,
} from '../capture/capture-reader.js'
import { createCaptureReader } from '../capture/open-capture-reader.js'
import type { ByteSource } from './byte-source.js'

/** Bytes before a read area, for the start of a record that the end of the previous area cuts. */
export const HEADROOM_BYTES = MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES

/** The memory into which a capture is read: areas in one array, each after its headroom. */
export interface WindowAreas {
  readonly bytes: Uint8Array
  readonly headroomBytes: number
  /** Bytes of an area, at least DETECT_BYTES. */
  readonly readBytes: number
  /** Takes a free area and returns its position. At most two areas are in use at a time. */
  take(): number | Promise<number>
  /** Frees areas that the reader no longer needs. Results made from their content may still be in use. */
  giveBack(areas: readonly number[]): void | Promise<void>
}

/** Makes the reader of a capture that begins with `bytes[from, to)`. @throws CaptureFormatError */
export type CreateReader<R extends CaptureReader> = (
  bytes: Uint8Array,
  from: number,
  to: number,
  file: string,
  options: CaptureReaderOptions,
) => R

/**
 * Moves the window of a reader along a capture. While one window is read, the next area is filled. A record that the end
 * of an area cuts is copied to the headroom of the next area.
 */
export class CaptureWindows<R extends CaptureReader> {
  // Invariants: the window is #areas.bytes[#from, #to) and ends in the area #area, -1 before the first. #ahead fills the
  // area #next, -1 for none. Once #isLast is true, the capture ends at #to.
  readonly #source: ByteSource
  readonly #areas: WindowAreas
  readonly #file: string
  readonly #options: Omit<CaptureReaderOptions, 'isDecompressed'>
  readonly #create: CreateReader<R>
  readonly #leastBytes: number
  #reader: R | null = null
  #area = -1
  #next = -1
  #ahead: Promise<number> | null = null
  #from = 0
  #to = 0
  #isLast = false

  /**
   * @param file Path for messages.
   * @param leastBytes Bytes of the first window, if the capture has as many. At most the headroom of an area.
   * @param create Makes the reader when the first bytes are available.
   */
  constructor(
    source: ByteSource,
    file: string,
    options: Omit<CaptureReaderOptions, 'isDecompressed'>,
    areas: WindowAreas,
    create: CreateReader<R>,
    leastBytes = DETECT_BYTES,
  ) {
    this.#source = source
    this.#areas = areas
    this.#file = file
    this.#options = options
    this.#create = create
    this.#leastBytes = leastBytes
  }

  /** Null before the first window. */
  get reader(): R | null {
    return this.#reader
  }

  /** The window in `bytes` of the areas. */
  get range(): { readonly from: number; readonly to: number } {
    return { from: this.#from, to: this.#to }
  }

  /** True when the capture ends at the end of the window. */
  get isLast(): boolean {
    return this.#isLast
  }

  /**
   * Gives the reader its next window.
   *
   * @throws CaptureFormatError when the content is not a capture.
   */
  async next(): Promise<R> {
    for (;;) {
      if (this.#isLast) throw new Error('bug: a reader wants more than there is')
      await this.#advance()
      const reader = this.#reader ?? this.#detect()
      if (reader === null) continue
      this.#reader = reader
      reader.window(this.#areas.bytes, this.#from, this.#to, this.#isLast)
      return reader
    }
  }

  /** Closes the source and frees the areas. Ends a read that is waiting for more. */
  async close(): Promise<void> {
    await this.#source.close()
    await this.#ahead?.catch(() => {})
    await this.#areas.giveBack([this.#area, this.#next].filter((area) => area >= 0))
    this.#area = -1
    this.#next = -1
  }

  async #advance(): Promise<void> {
    const done = this.#area
    const area = this.#next >= 0 ? this.#next : await this.#areas.take()
    this.#area = area
    this.#next = -1
    const ahead = this.#ahead ?? this.#read(area)
    this.#ahead = null
    const carryFrom = this.#reader?.position ?? this.#from
    const carried = this.#to - carryFrom
    if (carried > this.#areas.headroomBytes)
      throw new Error(`bug: ${carried} bytes carried over, room for ${this.#areas.headroomBytes}`)
    this.#areas.bytes.copyWithin(area - carried, carryFrom, this.#to)
    if (done >= 0) await this.#areas.giveBack([done])
    const count = await ahead // 0 when the source was closed meanwhile
    this.#from = area - carried
    this.#to = area + count
    this.#isLast = count === 0 || this.#source.isAtEnd
    if (this.#isLast) return
    this.#next = await this.#areas.take()
    this.#ahead = this.#read(this.#next)
    this.#ahead.catch(() => {}) // awaited later; a failure in the meantime must not count as unhandled
  }

  #detect(): R | null {
    const { bytes } = this.#areas
    if (!this.#isLast) {
      if (this.#to - this.#from < this.#leastBytes || needsMore(bytes, this.#from, this.#to)) return null
    }
    const options = { ...this.#options, isDecompressed: this.#source.isDecompressed }
    return this.#create(bytes, this.#from, this.#to, this.#file, options)
  }

  // The view lives as long as the read.
  #read(area: number): Promise<number> {
    return this.#source.read(this.#areas.bytes.subarray(area, area + this.#areas.readBytes))
  }
}

/** Two areas used in turn. Pages never written to take no physical memory. */
export class TwoAreas implements WindowAreas {
  readonly bytes: Uint8Array
  readonly headroomBytes = HEADROOM_BYTES
  readonly readBytes: number
  readonly #from: number
  #turn = 0

  /** @param from Start of the areas in `bytes`. They take `TwoAreas.bytesOf(readBytes)` bytes. */
  constructor(readBytes: number, bytes: Uint8Array = new Uint8Array(TwoAreas.bytesOf(readBytes)), from = 0) {
    this.bytes = bytes
    this.readBytes = readBytes
    this.#from = from
  }

  static bytesOf(readBytes: number): number {
    return 2 * (HEADROOM_BYTES + readBytes)
  }

  take(): number {
    this.#turn = 1 - this.#turn
    return this.#from + this.#turn * (HEADROOM_BYTES + this.readBytes) + HEADROOM_BYTES
  }

  giveBack(): void {}
}

/** Makes the windows of a capture of any format. */
export function windowsOf(
  source: ByteSource,
  file: string,
  options: Omit<CaptureReaderOptions, 'isDecompressed'>,
  areas: WindowAreas,
) {
  return new CaptureWindows(source, file, options, areas, createCaptureReader)
}
