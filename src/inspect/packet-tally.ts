import type { DescribedReader } from '../capture/capture-reader.js'
import { blankCapturedPacket, type CapturedPacket } from '../capture/captured-packet.js'
import type { EncapTable } from '../wire/encap-table.js'
import { linkTypeName } from '../wire/link/link-types.js'
import type { PacketDecoder } from '../wire/packet-decoder.js'
import { protocolKeyword } from '../wire/protocol-names.js'
import { blankTransportPacket } from '../wire/transport-packet.js'
import type { CaptureBuffer } from './capture-buffer.js'
import { etherTypeName, etherTypeOf } from './ether-types.js'
import type { PacketGroup } from './inspection.js'
import type { PacketTime } from './iso-time.js'
import { OTHER_KINDS, Tally } from './tally.js'
import { UnopenedTunnels } from './unopened-tunnels.js'

// Content of a frame as a number: one of these, or `OTHER` plus the result of `etherTypeOf()`.
const IPV4 = 0
const IPV6 = 1
const FRAGMENT = 2
const MALFORMED = 3
const OTHER = 4
const NO_ETHER_TYPE = 0x1_0000
const CONTENTS = OTHER + NO_ETHER_TYPE + 1
const PROTOCOLS = 256

const CONTENT_NAMES = ['IPv4', 'IPv6', 'IP fragments', 'malformed'] as const

/** Counts the packets of one capture by protocol. */
export class PacketTally {
  // Invariants: `first` is the earliest and `last` the latest time; both are null before the first packet.
  packets = 0
  cut = 0
  backInTime = 0
  capturedBytes = 0
  wireBytes = 0
  /** Of UDP, on ports that do not stand for them. */
  readonly tunnels = new UnopenedTunnels()
  readonly #decoder: PacketDecoder
  readonly #captured = blankCapturedPacket()
  readonly #packet = blankTransportPacket()
  readonly #protocols = new Tally()
  readonly #encaps = new Tally()
  #firstSec = Number.POSITIVE_INFINITY
  #firstNsec = 0
  #lastSec = Number.NEGATIVE_INFINITY
  #lastNsec = 0
  #previousSec = 0
  #previousNsec = 0

  constructor(decoder: PacketDecoder) {
    this.#decoder = decoder
  }

  /** Link type of all frames from now on; null to use the capture's. */
  useLinkType(linkType: number | null): void {
    this.#decoder.linkType = linkType
  }

  /** Counts the packets in the reader's window. Returns true when the capture may have more. */
  count(reader: DescribedReader, buffer: CaptureBuffer): boolean {
    const captured = this.#captured
    for (;;) {
      const status = reader.next(captured)
      if (status !== 'packet') return status === 'more'
      this.#countTime(captured)
      this.packets += 1
      this.capturedBytes += captured.to - captured.from
      this.wireBytes += captured.originalBytes
      if (captured.originalBytes > captured.to - captured.from) this.cut += 1
      this.#countContent(captured, buffer)
    }
  }

  get first(): PacketTime | null {
    return this.packets === 0 ? null : { sec: this.#firstSec, nsec: this.#firstNsec }
  }

  get last(): PacketTime | null {
    return this.packets === 0 ? null : { sec: this.#lastSec, nsec: this.#lastNsec }
  }

  /** Counts by link type, then content, then transport protocol, most frequent first. */
  protocols(): PacketGroup[] {
    const links = new Map<number, Map<number, PacketGroup[]>>()
    const others: PacketGroup[] = []
    for (const { key, packets, bytes } of this.#protocols.entries()) {
      if (key === OTHER_KINDS) {
        others.push({ name: 'other kinds', packets, bytes, groups: [] })
        continue
      }
      const protocol = key % PROTOCOLS
      const content = Math.floor(key / PROTOCOLS) % CONTENTS
      const linkType = Math.floor(key / PROTOCOLS / CONTENTS)
      const contents = links.get(linkType) ?? new Map<number, PacketGroup[]>()
      links.set(linkType, contents)
      contents.set(content, [
        ...(contents.get(content) ?? []),
        { name: protocolKeyword(protocol), packets, bytes, groups: [] },
      ])
    }
    const groups = [...links].map(([linkType, contents]) => {
      const inside = [...contents].map(([content, protocols]) =>
        groupOf(contentName(content), protocols, content <= IPV6),
      )
      return groupOf(`${linkTypeName(linkType)} (${linkType})`, inside, true)
    })
    return byPackets([...groups, ...others])
  }

  /** Counts by stack of VLANs and tunnels, most frequent first. Packets without any are not counted. */
  encapsulations(table: EncapTable): PacketGroup[] {
    const groups = this.#encaps.entries().map(({ key, packets, bytes }) => {
      if (key === OTHER_KINDS) return { name: 'other stacks', packets, bytes, groups: [] }
      const { vlan, tunnel } = table.describe(key)
      const name = [...vlan.map((id) => `vlan:${id}`), ...tunnel].join(' / ')
      return { name, packets, bytes, groups: [] }
    })
    return byPackets(groups)
  }

  #countTime({ tsSec, tsNsec }: CapturedPacket): void {
    if (tsSec < this.#firstSec || (tsSec === this.#firstSec && tsNsec < this.#firstNsec)) {
      this.#firstSec = tsSec
      this.#firstNsec = tsNsec
    }
    if (tsSec > this.#lastSec || (tsSec === this.#lastSec && tsNsec > this.#lastNsec)) {
      this.#lastSec = tsSec
      this.#lastNsec = tsNsec
    }
    if (tsSec < this.#previousSec || (tsSec === this.#previousSec && tsNsec < this.#previousNsec)) {
      this.backInTime += 1
    }
    this.#previousSec = tsSec
    this.#previousNsec = tsNsec
  }

  #countContent(captured: CapturedPacket, buffer: CaptureBuffer): void {
    const { bytes } = buffer
    const decoder = this.#decoder
    const packet = this.#packet
    buffer.startFrame()
    const linkType = this.#decoder.linkType ?? captured.linkType
    const status = decoder.decode(bytes, captured, packet)
    const wireBytes = captured.originalBytes
    let content = FRAGMENT
    let protocol = 0
    if (status === 'delivered') {
      content = packet.ipVersion === 4 ? IPV4 : IPV6
      protocol = packet.protocol
      this.tunnels.add(bytes, packet)
      if (packet.encapId !== 0) this.#encaps.add(packet.encapId, wireBytes)
    } else if (status === 'malformed') content = MALFORMED
    else if (status === 'notIp') content = OTHER + (etherTypeOf(bytes, captured, linkType) ?? NO_ETHER_TYPE)
    this.#protocols.add((linkType * CONTENTS + content) * PROTOCOLS + protocol, wireBytes)
    // A frame that holds several packets counts by its first. Decode the others for fragments and counters.
    while (decoder.hasMore) decoder.decodeNext(bytes, captured, packet)
  }
}

function contentName(content: number): string {
  if (content < OTHER) return CONTENT_NAMES[content] ?? ''
  const etherType = content - OTHER
  return etherTypeName(etherType === NO_ETHER_TYPE ? null : etherType)
}

function groupOf(name: string, inside: readonly PacketGroup[], showsInside: boolean): PacketGroup {
  return {
    name,
    packets: inside.reduce((sum, { packets }) => sum + packets, 0),
    bytes: inside.reduce((sum, { bytes }) => sum + bytes, 0),
    groups: showsInside ? byPackets(mergedByName(inside)) : [],
  }
}

/** Merges groups with the same name, such as LLC frames of different lengths. */
function mergedByName(groups: readonly PacketGroup[]): PacketGroup[] {
  const merged = new Map<string, PacketGroup>()
  for (const group of groups) {
    const known = merged.get(group.name)
    merged.set(
      group.name,
      known === undefined
        ? group
        : { ...known, packets: known.packets + group.packets, bytes: known.bytes + group.bytes },
    )
  }
  return [...merged.values()]
}

function byPackets(groups: readonly PacketGroup[]): PacketGroup[] {
  return [...groups].sort((a, b) => b.packets - a.packets || (a.name < b.name ? -1 : 1))
}
