import { HalfSeen } from '../stream/half-streams.js'
import { Outside } from '../stream/outside.js'
import { seqAdd } from '../stream/seq.js'
import type { TcpReassembler } from '../stream/tcp-reassembler.js'
import { TcpFlag } from '../wire/tcp.js'
import { ConnectionFlag, type ConnectionTable } from './connection-table.js'
import type { FlowPacket } from './flow-packet.js'

/** Bits of connections one of whose sides may have shown nothing but the byte of a keep-alive. */
export const DOUBTFUL = ConnectionFlag.DOUBTFUL_0 | ConnectionFlag.DOUBTFUL_1

/**
 * The first byte of a side, alone in its segment as that of a keep-alive is: it was one if the peer answers it, and was data
 * if the side goes on behind it before.
 */
export class LoneBytes {
  readonly #table: ConnectionTable
  readonly #reassembler: TcpReassembler

  constructor(table: ConnectionTable, reassembler: TcpReassembler) {
    this.#table = table
    this.#reassembler = reassembler
  }

  /** The half-stream is about to begin with such a byte. */
  doubt(half: number): void {
    this.#table.flags[half >> 1]! |= doubtOf(half)
  }

  /** A packet of the half-stream may tell what the byte of either side was. */
  dispel(half: number, bytes: Uint8Array, packet: FlowPacket): void {
    const { tcpFlags, payloadBytes, originalPayloadBytes, payloadFrom } = packet
    const peer = half ^ 1
    if (this.#isDoubtful(peer) && tcpFlags & TcpFlag.ACK) {
      if (this.#reassembler.offsetOf(peer, packet.ack) === 1) this.#dropKeepAlive(peer)
    }
    if (!this.#isDoubtful(half) || (originalPayloadBytes === 0 && (tcpFlags & TcpFlag.FIN) === 0)) return
    const offset = this.#reassembler.offsetOf(half, packet.seq)
    if (offset === 0 && originalPayloadBytes === 1) return
    const at = payloadFrom - offset
    const isAgain = at >= payloadFrom && at < payloadFrom + payloadBytes
    if (isAgain && bytes[at] !== this.#reassembler.held.byteAt(half, 0)) this.#dropKeepAlive(half)
    else this.#table.flags[half >> 1]! &= ~doubtOf(half)
  }

  // It is so until its start is settled: the byte is delivered then.
  #isDoubtful(half: number): boolean {
    const { flags, halfSeen } = this.#table
    if (halfSeen[half]! & HalfSeen.UNSETTLED) return (flags[half >> 1]! & doubtOf(half)) !== 0
    flags[half >> 1]! &= ~doubtOf(half)
    return false
  }

  #dropKeepAlive(half: number): void {
    const table = this.#table
    table.flags[half >> 1]! &= ~doubtOf(half)
    const behind = seqAdd(table.nextSeq[half]!, 1)
    this.#reassembler.delivery.countOutside(
      half,
      Outside.KEEP_ALIVE,
      this.#reassembler.discard(half),
      Number.NaN,
    )
    this.#reassembler.join(half, behind)
  }
}

function doubtOf(half: number): number {
  return ConnectionFlag.DOUBTFUL_0 << (half & 1)
}

/** True for a keep-alive, which repeats a byte with any content (RFC 9293 §3.8.4); one byte of data is pushed. */
export function isKeepAlive({ originalPayloadBytes, tcpFlags }: FlowPacket): boolean {
  return originalPayloadBytes === 1 && (tcpFlags & (TcpFlag.PSH | TcpFlag.FIN | TcpFlag.SYN)) === 0
}
