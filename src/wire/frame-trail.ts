/** Frames that are remembered of one datagram. */
const MOST_FRAMES = 128
/** Most pairs in `FrameTrail.earlier`: a tunnel's packet can be fragmented, and the packet inside it. */
export const MOST_EARLIER_FRAMES = 2 * MOST_FRAMES

/**
 * Which frames a datagram was put together from, for whoever wants to read them again; without it nothing is remembered.
 * A frame is known by a pair of numbers.
 */
export class FrameTrail {
  #input = 0
  #position = 0
  /** Earlier frames of what the frame being decoded has completed, in pairs, in the order in which they came. */
  earlier: number[] = []
  /** True when it had more. */
  isCut = false

  /** A packet of the frame that these two numbers stand for is decoded next. */
  begin(input: number, position: number): void {
    this.#input = input
    this.#position = position
    if (this.earlier.length > 0) this.earlier = []
    this.isCut = false
  }

  /** The frame has a fragment of a datagram with these `frames`, which is not complete. */
  hold(frames: number[]): void {
    if (frames.length <= 2 * MOST_FRAMES) frames.push(...this.earlier, this.#input, this.#position)
  }

  /** The frame has completed the datagram with these `frames`. */
  complete(frames: readonly number[]): void {
    if (frames.length > 2 * MOST_FRAMES) this.isCut = true
    this.earlier = [...frames.slice(0, 2 * MOST_FRAMES), ...this.earlier]
  }
}
