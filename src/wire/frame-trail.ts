import type { RecordPlace } from '../capture/record-place.js'

/** Frames that are remembered of one datagram. */
const MOST_FRAMES = 128
/** Most frames in `FrameTrail.earlier`: a tunnel's packet can be fragmented, and the packet inside it. */
export const MOST_EARLIER_FRAMES = 2 * MOST_FRAMES

/**
 * Which frames a datagram was put together from, for whoever wants to read them again; without it nothing is remembered.
 * A frame is known by its record.
 */
export class FrameTrail {
  readonly #frame: RecordPlace
  /** Earlier frames of what the frame being decoded has completed, in the order in which they came. */
  earlier: RecordPlace[] = []
  /** True when it had more. */
  isCut = false

  /** @param frame The frame that is decoded: always the same object, whose content changes. */
  constructor(frame: RecordPlace) {
    this.#frame = frame
  }

  /** Another packet is decoded next, or another frame. */
  begin(): void {
    if (this.earlier.length > 0) this.earlier = []
    this.isCut = false
  }

  /** The frame has a fragment of a datagram with these `frames`, which is not complete. */
  hold(frames: RecordPlace[]): void {
    if (frames.length <= MOST_FRAMES) frames.push(...this.earlier, { ...this.#frame })
  }

  /** The frame has completed the datagram with these `frames`. */
  complete(frames: readonly RecordPlace[]): void {
    if (frames.length > MOST_FRAMES) this.isCut = true
    this.earlier = [...frames.slice(0, MOST_FRAMES), ...this.earlier]
  }
}
