import type { CaptureReader } from '../../capture/capture-reader.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import { blankRecordPlace, copyPlace } from '../../capture/record-place.js'
import type { RingProducer } from '../../ring/record-ring.js'
import { FrameTrail, MOST_EARLIER_FRAMES } from '../../wire/frame-trail.js'
import { RecordKind, writeControl } from './descriptor.js'
import { FrameCounts } from './frame-counts.js'
import { writeRecordPlace } from './window-records.js'

/** Most records that say where one packet stands. */
export const PLACE_RECORDS = MOST_EARLIER_FRAMES + 1

const PCAP_RECORD_BYTES = 16

/** Tells workers where packets stand whose own records do not say it. Made only for a run with an output that asks. */
export class FramePlaces {
  readonly counts = new FrameCounts()
  /** Of the frame that was read last. */
  readonly #place = blankRecordPlace()
  readonly trail = new FrameTrail(this.#place)
  #index = 0
  #isFar = false
  /** Of the latest record, and of those that most of a window will have. */
  #recordBytes = PCAP_RECORD_BYTES
  #usualBytes = 0

  /** A window begins. @param input Number of its input. @returns Bytes of a record before the frame that need no other word. */
  startWindow(input: number): number {
    this.#place.input = input
    this.#usualBytes = this.#recordBytes
    return this.#usualBytes
  }

  /** The next packet is the first of the frame that was read last. */
  startFrame({ base, origin }: CaptureReader, { recordFrom, from }: CapturedPacket): void {
    this.#recordBytes = from - recordFrom
    this.#isFar = origin !== undefined || this.#recordBytes !== this.#usualBytes
    if (origin === undefined) this.#place.position = base + recordFrom
    else copyPlace(this.#place, origin)
    this.#index = 0
    this.counts.add(this.#place.input, this.#place.position)
    this.trail.begin()
  }

  /** The next packet is another one of the same frame. */
  nextInFrame(): void {
    this.#index += 1
    this.trail.begin()
  }

  /** Writes the place of the packet, if its record needs it. @returns Records written. */
  write(ring: RingProducer, number: number): number {
    const { earlier, isCut } = this.trail
    if (!this.#isFar && this.#index === 0 && earlier.length === 0) return 0
    for (const place of earlier) {
      const at = ring.next()
      writeControl(ring.words, at, RecordKind.FRAGMENT, place.position, number)
      writeRecordPlace(ring.words, at, place, 0, false)
      ring.commit()
    }
    const at = ring.next()
    writeControl(ring.words, at, RecordKind.PLACE, this.#place.position, number)
    writeRecordPlace(ring.words, at, this.#place, this.#index, isCut)
    ring.commit()
    return earlier.length + 1
  }
}
