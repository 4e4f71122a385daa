import { HalfSeen, type HalfStreams } from './half-streams.js'

/** Largest possible window (RFC 7323 §2.3). */
const MAX_WINDOW_BYTES = 2 ** 30

/** What a reassembler may hold. */
export interface ReassemblerLimits {
  /** Early segments held for one half-stream. */
  readonly heldSegments: number
  /** Early bytes held for one half-stream before its first gap is given up, if its receiver's window is not larger. */
  readonly heldBytes: number
}

/** True when more is held than any receiver's window allows: what is missing was received, and lost by the capture. */
export function isBeyondWindow({ halfSeen, highOffset, nextOffset }: HalfStreams, half: number): boolean {
  if (halfSeen[half]! & HalfSeen.UNSETTLED) return false
  return highOffset[half]! - nextOffset[half]! > MAX_WINDOW_BYTES
}
