import type { CaptureReader, ReadStatus } from '../capture/capture-reader.js'
import { blankCapturedPacket } from '../capture/captured-packet.js'
import type { CaptureWindows, WindowAreas } from './capture-windows.js'

/** Goes through the packets of one capture. */
export class PacketCursor {
  /** The packet at which the cursor is: valid until the next `next()` or `fill()`. */
  readonly packet = blankCapturedPacket()
  /** What the packet's positions are in. */
  readonly bytes: Uint8Array
  readonly #windows: CaptureWindows<CaptureReader>

  /** @param areas What `windows` reads into. */
  constructor(windows: CaptureWindows<CaptureReader>, { bytes }: Pick<WindowAreas, 'bytes'>) {
    this.#windows = windows
    this.bytes = bytes
  }

  /** Null before the first bytes were read. */
  get reader(): CaptureReader | null {
    return this.#windows.reader
  }

  /** Goes to the next packet. `'more'`: `fill()` has to be called first. */
  next(): ReadStatus {
    const status = this.reader?.next(this.packet) ?? 'more'
    return status === 'more' && this.#windows.isLast ? 'end' : status
  }

  /** Reads on. @throws CaptureFormatError where the content is no capture. */
  async fill(): Promise<void> {
    await this.#windows.next()
  }

  /** Closes the source. */
  close(): Promise<void> {
    return this.#windows.close()
  }
}
