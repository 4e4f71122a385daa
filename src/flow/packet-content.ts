import { IpProtocol } from '../wire/transport-packet.js'
import type { ByteHash } from './byte-hash.js'
import type { FlowPacket } from './flow-packet.js'

export type DedupMode = 'auto' | 'exact'

const MAX_RANGES = 4
// IPv4 header (RFC 791 §3.1): Identification, flags and fragment offset; addresses. IPv6 (RFC 8200 §3): addresses.
const IDENTIFICATION = 4
const FLAGS = 6
const AFTER_FLAGS = 8
const IPV4_ADDRESSES = 12
const IPV4_ADDRESSES_TO = 20
const IPV6_ADDRESSES = 8
const IPV6_ADDRESSES_TO = 40

const TCP_FIXED_BYTES = 20
const OPTION_END = 0
const OPTION_NO_OPERATION = 1
const OPTION_TIMESTAMPS = 8

/**
 * Which bytes of a packet all its copies have: addresses, IPv4's identification and fragment field, transport header
 * without its checksum, payload. As a few ranges of the shared memory, in the same order for each packet.
 */
export class PacketContent {
  readonly #isExact: boolean
  /** Ranges `[from, to)`. */
  readonly #ranges = new Uint32Array(2 * MAX_RANGES)
  #count = 0

  /** @param mode With `exact` the whole frame counts, too. */
  constructor(mode: DedupMode) {
    this.#isExact = mode === 'exact'
  }

  /** Takes the packet's ranges. */
  of(packet: FlowPacket): void {
    const { ipFrom, frameFrom, frameBytes, transportFrom } = packet
    const to = packet.payloadFrom + packet.payloadBytes
    this.#count = 0
    if (this.#isExact) this.#add(frameFrom, frameFrom + frameBytes)
    if (packet.ipVersion === 4) {
      // The fragment that completes a datagram may be another one of the copy's.
      const isWhole = transportFrom >= frameFrom && transportFrom < frameFrom + frameBytes
      this.#add(ipFrom + IDENTIFICATION, ipFrom + (isWhole ? AFTER_FLAGS : FLAGS))
      this.#add(ipFrom + IPV4_ADDRESSES, ipFrom + IPV4_ADDRESSES_TO)
    } else {
      this.#add(ipFrom + IPV6_ADDRESSES, ipFrom + IPV6_ADDRESSES_TO)
    }
    const checksumFrom = transportFrom + checksumAt(packet.protocol)
    const checksumTo = checksumFrom + checksumBytes(packet.protocol)
    if (this.#isExact || checksumFrom === checksumTo || checksumTo > to) {
      this.#add(transportFrom, to)
      return
    }
    this.#add(transportFrom, checksumFrom)
    this.#add(checksumTo, to)
  }

  /** True when the ranges of both have the same bytes. */
  equals(bytes: Uint8Array, other: PacketContent): boolean {
    if (this.#count !== other.#count) return false
    for (let i = 0; i < 2 * this.#count; i += 2) {
      const from = this.#ranges[i]!
      const otherFrom = other.#ranges[i]!
      const length = this.#ranges[i + 1]! - from
      if (length !== other.#ranges[i + 1]! - otherFrom) return false
      for (let k = 0; k < length; k++) if (bytes[from + k] !== bytes[otherFrom + k]) return false
    }
    return true
  }

  /** Hashes lengths and bytes of the ranges. */
  hash(bytes: Uint8Array, into: ByteHash): void {
    into.begin()
    for (let i = 0; i < 2 * this.#count; i += 2) into.add(bytes, this.#ranges[i]!, this.#ranges[i + 1]!)
    into.end()
  }

  #add(from: number, to: number): void {
    this.#ranges[2 * this.#count] = from
    this.#ranges[2 * this.#count + 1] = Math.max(from, to)
    this.#count += 1
  }
}

/** True when the packet has something that another of the same content would not have: IPv6 has TCP's timestamps alone. */
export function isIdentified(bytes: Uint8Array, packet: FlowPacket): boolean {
  if (packet.ipVersion === 4) return packet.identification !== 0
  return packet.protocol === IpProtocol.TCP && hasTimestamps(bytes, packet)
}

// RFC 7323 §3.2.
function hasTimestamps(bytes: Uint8Array, { transportFrom, payloadFrom }: FlowPacket): boolean {
  for (let at = transportFrom + TCP_FIXED_BYTES; at < payloadFrom && bytes[at] !== OPTION_END; ) {
    if (bytes[at] === OPTION_NO_OPERATION) {
      at += 1
      continue
    }
    if (bytes[at] === OPTION_TIMESTAMPS) return true
    const length = at + 1 < payloadFrom ? bytes[at + 1]! : 0
    if (length < 2) return false
    at += length
  }
  return false
}

// Offset of the checksum in the transport header, and its length; 0 bytes: there is none, or it is not known.
function checksumAt(protocol: number): number {
  switch (protocol) {
    case IpProtocol.TCP:
      return 16
    case IpProtocol.UDP:
    case IpProtocol.UDPLITE:
    case IpProtocol.DCCP:
      return 6
    case IpProtocol.SCTP:
      return 8
    default:
      return 2 // ICMP, ICMPv6
  }
}

function checksumBytes(protocol: number): number {
  switch (protocol) {
    case IpProtocol.TCP:
    case IpProtocol.UDP:
    case IpProtocol.UDPLITE:
    case IpProtocol.DCCP:
    case IpProtocol.ICMP:
    case IpProtocol.IPV6_ICMP:
      return 2
    case IpProtocol.SCTP:
      return 4
    default:
      return 0
  }
}
