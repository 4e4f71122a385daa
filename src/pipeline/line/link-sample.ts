import type { CaptureReader } from '../../capture/capture-reader.js'
import { blankCapturedPacket } from '../../capture/captured-packet.js'
import { LinkGuess } from '../../wire/link/link-guess.js'
import { linkTypeName } from '../../wire/link/link-types.js'

/** How much of a capture is looked at. */
const MOST_PACKETS = 1000
export const SAMPLE_BYTES = 1024 * 1024

/** The window of a capture's reader. */
export interface SampleWindow {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
  readonly isLast: boolean
}

/**
 * Looks whether the first packets of a capture are of another link type than it says. A capture whose first packet is as
 * it says is taken at its word. What is found does not depend on where windows end.
 */
export class LinkSample {
  readonly #reader: CaptureReader
  readonly #guess = new LinkGuess()
  readonly #packet = blankCapturedPacket()
  #linkType = 0
  #isDone = false

  /** @param reader One of its own, without a window. */
  constructor(reader: CaptureReader) {
    this.#reader = reader
  }

  /** Reads the same window as the capture's reader. */
  look({ bytes, from, to, isLast }: SampleWindow): void {
    if (this.#isDone) return
    const reader = this.#reader
    reader.window(bytes, from, to, isLast)
    for (;;) {
      const status = reader.next(this.#packet)
      if (status === 'more') return
      const isOver =
        status !== 'packet' || reader.fileOffset > SAMPLE_BYTES || this.#guess.packets >= MOST_PACKETS
      if (isOver) break
      this.#linkType = this.#packet.linkType
      if (this.#guess.add(bytes, this.#packet) && this.#guess.packets === 1) break
    }
    this.#isDone = true
  }

  /** The link type that nearly all packets have in truth; null: that of the capture, or not known. */
  get linkType(): number | null {
    return this.#guess.result()
  }

  /** What `linkType` means for the capture, as a sentence; null: nothing. */
  text(file: string, isUsed: boolean): string | null {
    const found = this.linkType
    if (found === null) return null
    const says = `"${file}" says ${named(this.#linkType)}, but its packets look like ${named(found)}`
    return isUsed ? `${says}: read so` : `${says}: --link-type ${linkTypeName(found)} reads them`
  }
}

function named(linkType: number): string {
  return `${linkTypeName(linkType)} (${linkType})`
}
