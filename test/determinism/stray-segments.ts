import { ACK, FIN, RST, SYN } from '../../fixtures/generator/packets.mjs'
import type { Random } from '../../fixtures/generator/random.mjs'
import type { Packet, Traffic } from '../../fixtures/generator/types.mjs'

type Stray = (packet: Packet, random: Random) => void

// What stands between the packets of a connection though it is not its next one. Each changes a copy of a segment.
const STRAYS: readonly Stray[] = [
  function keepAlive(packet, random) {
    const back = packet.offset > 0 ? 1 : 0
    packet.seq = (packet.seq - 1) >>> 0
    packet.offset -= back
    packet.length = random.below(2) * back
  },
  function resetInPlace(packet) {
    packet.flags = RST | ACK
    packet.length = 0
  },
  function resetOutOfWindow(packet, random) {
    packet.flags = RST
    packet.seq = random.u32()
    packet.length = 0
  },
  function synAgain(packet) {
    packet.flags = SYN
    packet.seq = (packet.seq - packet.offset - 1) >>> 0
    packet.length = 0
  },
  function synOfAnotherConnection(packet, random) {
    packet.flags = random.chance(0.5) ? SYN : SYN | ACK
    packet.seq = random.u32()
    packet.length = 0
  },
  function finBeforeItsData(packet, random) {
    packet.flags = FIN | ACK
    packet.seq = (packet.seq + packet.length + random.below(3_000)) >>> 0
    packet.length = 0
  },
  function acknowledgmentOfUnseenBytes(packet, random) {
    packet.flags = ACK
    packet.ack = (packet.ack + random.between(1, 100_000)) >>> 0
    packet.length = 0
  },
  function farAhead(packet, random) {
    packet.seq = (packet.seq + random.below(0x8000_0000)) >>> 0
  },
  function everyFlag(packet, random) {
    packet.flags = random.below(256)
  },
]

/** Another traffic's packets, and between them segments that keep alive, reset, begin or end it, or are far off. */
export class StraySegments implements Traffic {
  readonly flow: Traffic['flow']
  readonly #source: Traffic
  readonly #random: Random
  readonly #probability: number
  #pending: Packet | null = null

  /** @param probability That a stray segment follows a packet. */
  constructor(source: Traffic, random: Random, probability: number) {
    this.flow = source.flow
    this.#source = source
    this.#random = random
    this.#probability = probability
  }

  missing(): ReturnType<Traffic['missing']> {
    return this.#source.missing()
  }

  next(packet: Packet): boolean {
    if (this.#pending !== null) {
      Object.assign(packet, this.#pending)
      this.#pending = null
      return true
    }
    if (!this.#source.next(packet)) return false
    if (this.#random.chance(this.#probability)) {
      this.#pending = { ...packet }
      STRAYS[this.#random.below(STRAYS.length)]!(this.#pending, this.#random)
    }
    return true
  }
}
