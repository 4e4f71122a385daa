import type { CaptureDescription } from './capture-description.js'
import type { CaptureHeaders, DescribedReader, ReadStatus } from './capture-reader.js'
import type { CapturedPacket } from './captured-packet.js'
import type { RecordPlace } from './record-place.js'

/** A reader that gives out what another one reads, and says where each packet stands. */
export abstract class WrappedReader implements DescribedReader {
  protected readonly inner: DescribedReader
  abstract readonly origin: RecordPlace

  constructor(inner: DescribedReader) {
    this.inner = inner
  }

  abstract next(out: CapturedPacket): ReadStatus

  window(bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    this.inner.window(bytes, from, to, isLast)
  }

  describe(): CaptureDescription | null {
    return this.inner.describe()
  }

  get position() {
    return this.inner.position
  }
  get fileOffset() {
    return this.inner.fileOffset
  }
  get base() {
    return this.inner.base
  }
  get headers(): CaptureHeaders | null {
    return this.inner.headers
  }
  get problem() {
    return this.inner.problem
  }
  get damage() {
    return this.inner.damage
  }
  get droppedPackets() {
    return this.inner.droppedPackets
  }
  get interfaceCount() {
    return this.inner.interfaceCount
  }
  get isBigEndian() {
    return this.inner.isBigEndian
  }
  get isInterfaceLimitHit() {
    return this.inner.isInterfaceLimitHit
  }
}
