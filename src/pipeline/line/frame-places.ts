import type { CaptureReader } from '../../capture/capture-reader.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'
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
  readonly trail = new FrameTrail()
  readonly counts = new FrameCounts()
  #input = 0
  #position = 0
  #index = 0
  #isFar = false
  /** Of the latest record, and of those that most of a window will have. */
  #recordBytes = PCAP_RECORD_BYTES
  #usualBytes = 0

  /** A window begins. @param input Number of its input. @returns Bytes of a record before the frame that need no other word. */
  startWindow(input: number): number {
    this.#input = input
    this.#usualBytes = this.#recordBytes
    return this.#usualBytes
  }

  /** The next packet is the first of the frame that was read last. */
  startFrame({ base, origin }: CaptureReader, { recordFrom, from }: CapturedPacket): void {
    this.#recordBytes = from - recordFrom
    this.#isFar = origin !== undefined || this.#recordBytes !== this.#usualBytes
    if (origin !== undefined) this.#input = origin.input
    this.#position = origin?.position ?? base + recordFrom
    this.#index = 0
    this.counts.add(this.#input, this.#position)
    this.trail.begin(this.#input, this.#position)
  }

  /** The next packet is another one of the same frame. */
  nextInFrame(): void {
    this.#index += 1
    this.trail.begin(this.#input, this.#position)
  }

  /** Writes the place of the packet, if its record needs it. @returns Records written. */
  write(ring: RingProducer, number: number): number {
    const { earlier, isCut } = this.trail
    if (!this.#isFar && this.#index === 0 && earlier.length === 0) return 0
    for (let i = 0; i < earlier.length; i += 2) {
      const at = ring.next()
      writeControl(ring.words, at, RecordKind.FRAGMENT, earlier[i + 1]!, number)
      writeRecordPlace(ring.words, at, earlier[i]!, 0, false)
      ring.commit()
    }
    const at = ring.next()
    writeControl(ring.words, at, RecordKind.PLACE, this.#position, number)
    writeRecordPlace(ring.words, at, this.#input, this.#index, isCut)
    ring.commit()
    return earlier.length / 2 + 1
  }
}
