import type { CaptureReaderOptions, DescribedReader } from '../../capture/capture-reader.js'
import { createCaptureReader } from '../../capture/open-capture-reader.js'
import { blankRecordPlace, type RecordPlace } from '../../capture/record-place.js'
import type { CaptureFormatError, InputError } from '../../errors.js'
import type { ByteSource } from '../byte-source.js'
import { CaptureWindows, type CreateReader, TwoAreas } from '../capture-windows.js'
import type { Input } from '../input.js'
import { PacketCursor } from '../packet-cursor.js'

/** Bytes of an input read at a time. A second buffer reads ahead. */
const READ_BYTES = 128 * 1024
const NSEC_PER_SEC = 1_000_000_000

/** One of several inputs read as one capture. */
export interface MergedInput {
  readonly input: Input
  readonly source: ByteSource | InputError
  /** Makes its reader. Absent: the content decides. */
  readonly create?: CreateReader<DescribedReader>
}

/** An input that is read as part of one capture, and its current packet. */
export class MergedPart {
  // Invariant: #sec and #nsec are the latest time of its packets up to the current one; -1 before the first.
  readonly input: Input
  readonly number: number
  readonly source: ByteSource | null
  readonly cursor: PacketCursor<DescribedReader> | null
  /** Why it could not be opened or is not a capture; null when it can be read. */
  error: InputError | CaptureFormatError | null
  /** Packets passed on so far. */
  packets = 0
  /** True when all its packets were passed on. */
  isWhole = false
  readonly #place = blankRecordPlace()
  #sec = -1
  #nsec = 0

  constructor(
    { input, source, create = createCaptureReader }: MergedInput,
    number: number,
    options: Pick<CaptureReaderOptions, 'maxInterfaces'>,
  ) {
    this.input = input
    this.number = number
    this.error = source instanceof Error ? source : null
    if (source instanceof Error) {
      this.source = null
      this.cursor = null
      return
    }
    const areas = new TwoAreas(READ_BYTES)
    this.source = source
    this.cursor = new PacketCursor(new CaptureWindows(source, input.path, options, areas, create), areas)
  }

  /** Where the current packet stands. Its rank is not known here. */
  get place(): RecordPlace {
    return this.#place
  }

  /** The time by which the current packet has its turn: no packet of the input goes before one that stands before it there. */
  get tsSec(): number {
    return this.#sec
  }
  get tsNsec(): number {
    return this.#nsec
  }

  /** The cursor has moved to another packet. */
  moved(): void {
    const { packet, reader } = this.cursor!
    const { base, origin } = reader!
    const { tsSec, tsNsec } = packet
    this.#turnAt(tsSec + (origin?.lateSec ?? 0), tsNsec + (origin?.lateNsec ?? 0))
    const place = this.#place
    place.input = origin?.input ?? this.number
    place.position = origin?.position ?? base + packet.recordFrom
    place.lateSec = this.#sec - tsSec
    place.lateNsec = this.#nsec - tsNsec
    if (place.lateNsec >= 0) return
    place.lateSec -= 1
    place.lateNsec += NSEC_PER_SEC
  }

  #turnAt(sec: number, nsec: number): void {
    if (nsec >= NSEC_PER_SEC) this.#turnAt(sec + 1, nsec - NSEC_PER_SEC)
    else if (sec > this.#sec || (sec === this.#sec && nsec > this.#nsec)) {
      this.#sec = sec
      this.#nsec = nsec
    }
  }
}
