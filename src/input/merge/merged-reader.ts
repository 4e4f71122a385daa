import type { DescribedReader, ReadStatus } from '../../capture/capture-reader.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import { blankRecordPlace } from '../../capture/record-place.js'
import { WrappedReader } from '../../capture/wrapped-reader.js'
import type { PlaceQueue } from './place-queue.js'

/** Reads a capture that was merged from others, and says where each packet stands in those. */
export class MergedReader extends WrappedReader {
  readonly origin = blankRecordPlace()
  readonly #places: PlaceQueue

  /** @param places Of its packets, in order. */
  constructor(inner: DescribedReader, places: PlaceQueue) {
    super(inner)
    this.#places = places
  }

  // Each packet is read once: what a merged source writes is never damaged.
  override next(out: CapturedPacket): ReadStatus {
    const status = this.inner.next(out)
    if (status === 'packet') this.#places.take(this.origin)
    return status
  }
}
