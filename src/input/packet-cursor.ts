import type { CaptureReader, ReadStatus } from '../capture/capture-reader.js'
import { blankCapturedPacket } from '../capture/captured-packet.js'
import type { CaptureWindows, WindowAreas } from './capture-windows.js'

/** Iterates over the packets of one capture. */
export class PacketCursor<R extends CaptureReader = CaptureReader> {
  /** The current packet, valid until the next call of `next()` or `fill()`. */
  readonly packet = blankCapturedPacket()
  /** The buffer to which the packet's offsets refer. */
  readonly bytes: Uint8Array
  readonly #windows: CaptureWindows<R>

  /** @param areas The memory into which `windows` reads. */
  constructor(windows: CaptureWindows<R>, { bytes }: Pick<WindowAreas, 'bytes'>) {
    this.#windows = windows
    this.bytes = bytes
  }

  /** Null before the first bytes were read. */
  get reader(): R | null {
    return this.#windows.reader
  }

  /** Moves to the next packet. After `'more'`, call `fill()` first. */
  next(): ReadStatus {
    const status = this.reader?.next(this.packet) ?? 'more'
    return status === 'more' && this.#windows.isLast ? 'end' : status
  }

  /** Reads the next window. @throws CaptureFormatError when the content is not a capture. */
  async fill(): Promise<void> {
    await this.#windows.next()
  }

  /**
   * Moves to each packet in turn, until `take` returns false. What it returns otherwise is waited for.
   *
   * @throws CaptureFormatError when the content is not a capture.
   */
  async each(take: () => boolean | Promise<void> | null): Promise<void> {
    for (;;) {
      const status = this.next()
      if (status === 'more') await this.fill()
      else if (status !== 'packet') return
      else {
        const more = take()
        if (more === false) return
        if (more !== true && more !== null) await more
      }
    }
  }

  /** Closes the source. */
  close(): Promise<void> {
    return this.#windows.close()
  }
}
