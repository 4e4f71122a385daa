import type { FlowPacket, FlowQuote } from './flow-packet.js'
import type { LifeGroups } from './life-groups.js'
import type { RecentPackets } from './recent-packets.js'

type Lives = Pick<LifeGroups, 'livesOf' | 'livesFor' | 'sideIn'>

/** Finds packets that are copies of others, and counts them to their connections. */
export interface CopyFinder {
  /** Copies found. */
  readonly count: number
  /** The tracker's. */
  lives: Lives | null
  /** Is told of each copy of a packet, and of the half-stream where it counts; null: nobody asks. */
  see: ((half: number, bytes: Uint8Array, packet: FlowPacket) => void) | null
  /** The packets among which it looks; null: it knows the copies. */
  readonly recent: RecentPackets | null
  /**
   * True when the packet is a copy of another; it counts nowhere else then. Otherwise it must be taken, and `move` be called
   * if it is not taken by `connection`.
   *
   * @param connection One of the packet's 5-tuple, whose `side` sent it; `NONE`: there is none.
   * @param isPlain    Both numbers of a TCP packet go on there, see `TcpNumbers`.
   */
  has(connection: number, side: 0 | 1, isPlain: boolean, bytes: Uint8Array, packet: FlowPacket): boolean
  /** The same for a packet that `TcpTracker` has predicted, so that only an acknowledgment may be a copy. */
  hasPredicted(connection: number, half: number, bytes: Uint8Array, packet: FlowPacket): boolean
  /** The latest packet was taken by another connection of its 5-tuple, perhaps a new one. */
  move(connection: number): void
  /** True when an ICMP error is a copy of another one that quotes the 5-tuple of `connection`. */
  hasError(connection: number, bytes: Uint8Array, quote: FlowQuote): boolean
}

/** The half-stream where a copy counts. Which of several connections is found depends on the index: the latest of its network counts. */
export function latestHalf(lives: Lives, connection: number, side: 0 | 1, encapId: number): number {
  const [latest] = lives.livesFor(connection, side, encapId)
  return 2 * latest! + lives.sideIn(latest!, connection, side)
}
