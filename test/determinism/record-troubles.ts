import { fragments } from '../../fixtures/generator/fragments.mjs'
import { Random } from '../../fixtures/generator/random.mjs'
import { concat, ethernet, icmp, ipv4, ipv6, mpls, pppoe, udp, vlan } from '../support/frames.js'
import { gre, gtpU, vxlan } from '../support/tunnel-frames.js'

/** A record of a capture before it is written. */
export interface DraftRecord {
  /** From the start of the capture: may be negative. */
  readonly ns: number
  /** Ethernet. */
  readonly frame: Uint8Array
  readonly originalBytes: number
}

/** How likely each trouble is for one record: 0 to 1. */
export interface RecordTroubles {
  /** In a tunnel, a VLAN, behind labels. */
  readonly tunnel: number
  /** Cut into IP fragments, of which some are missing, overlap, come twice or out of order. */
  readonly fragment: number
  /** Quoted by an ICMP error that follows. */
  readonly icmpError: number
  /** Followed by a packet of another protocol, or by none of IP. */
  readonly foreign: number
  /** Some of its bytes changed. */
  readonly malformed: number
  /** Cut by the snaplen. */
  readonly cut: number
  readonly duplicate: number
  /** Changes places with a later one. */
  readonly swap: number
  /** At the time of the one before. */
  readonly sameTime: number
  /** Time goes back before it. */
  readonly timeBack: number
  /** Time leaps ahead before it, beyond what ends an idle connection. */
  readonly timeLeap: number
}

const IPV6_IN_IP = 41
const IPV4_IN_IP = 4
const GRE = 47
const UDP = 17
const ICMP = 1
const ICMPV6 = 58

/** Where the IP packet of a plain or tagged Ethernet frame begins; -1: there is none. */
function ipOffset(frame: Uint8Array): number {
  let at = 12
  while (frame[at] === 0x81 || (frame[at] === 0x88 && frame[at + 1] === 0xa8)) at += 4
  const type = (frame[at]! << 8) | frame[at + 1]!
  return type === 0x0800 || type === 0x86dd ? at + 2 : -1
}

/** The IP packet of a record whose frame is Ethernet with nothing around it; null: there is none. */
export function plainPacket(frame: Uint8Array): Uint8Array | null {
  return ipOffset(frame) === 14 ? frame.subarray(14) : null
}

function isV6(packet: Uint8Array): boolean {
  return packet[0]! >> 4 === 6
}

function etherType(packet: Uint8Array): number {
  return isV6(packet) ? 0x86dd : 0x0800
}

type Wrapper = (packet: Uint8Array, key: number) => Uint8Array

// Each puts an IP packet into a frame. `key` is one of a few numbers.
const WRAPPERS: readonly Wrapper[] = [
  (packet, key) => ethernet(vlan(key, packet), { etherType: 0x8100 }),
  (packet, key) => ethernet(vlan(7, vlan(key, packet), 0x8100), { etherType: 0x88a8 }),
  (packet, key) => ethernet(mpls([16, 100 + key], packet), { etherType: 0x8847 }),
  (packet, key) => ethernet(pppoe(key, packet), { etherType: 0x8864 }),
  (packet, key) => ethernet(ipv4({ protocol: GRE }, gre({ type: etherType(packet), key }, packet))),
  (packet) => ethernet(ipv4({ protocol: isV6(packet) ? IPV6_IN_IP : IPV4_IN_IP }, packet)),
  (packet, key) => ethernet(inVxlan(packet, key)),
  (packet, key) => ethernet(ipv6({ protocol: GRE }, gre({ type: 0x0800 }, inVxlan(packet, key)))),
  (packet, key) =>
    ethernet(ipv4({ protocol: UDP }, udp({ srcPort: 2152, dstPort: 2152 }, gtpU({ teid: key }, packet)))),
]

function inVxlan(packet: Uint8Array, vni: number): Uint8Array {
  return ipv4({ protocol: UDP }, udp({ srcPort: 50_000, dstPort: 4789 }, vxlan(vni, ethernet(packet))))
}

/** The frames of one IP packet in fragments as a bad network delivers them. */
function badFragments(frame: Uint8Array, random: Random): Uint8Array[] {
  const at = ipOffset(frame)
  const link = frame.subarray(0, at)
  const packet = frame.subarray(at)
  const mtu = (isV6(packet) ? 48 : 20) + 8 * random.between(1, 40)
  const parts = fragments(packet, mtu, random.below(3)) // few numbers, so that datagrams share them
  if (random.chance(0.3)) parts.push(...fragments(spoiled(packet, random, 40), mtu + 8, random.below(3)))
  if (random.chance(0.3)) parts.splice(random.below(parts.length), 1)
  if (random.chance(0.3)) parts.push(parts[random.below(parts.length)] ?? packet)
  if (random.chance(0.3)) parts.reverse()
  return parts.map((part) => concat(link, part))
}

/** A copy with a few bytes changed, from `from` on. */
function spoiled(bytes: Uint8Array, random: Random, from: number): Uint8Array {
  const copy = bytes.slice()
  for (let left = random.between(1, 4); left > 0 && from < copy.length; left--)
    copy[from + random.below(Math.min(copy.length - from, 60))] = random.u32()
  return copy
}

/** An error of the packet's receiver about it. */
function icmpErrorAbout(packet: Uint8Array, random: Random): Uint8Array {
  const quoted = packet.subarray(0, random.between(20, Math.min(packet.length, 120)))
  return isV6(packet)
    ? ethernet(ipv6({ protocol: ICMPV6 }, icmp(1, 4, quoted, true)))
    : ethernet(ipv4({ protocol: ICMP }, icmp(3, 3, quoted)))
}

/** A packet of a protocol without ports, of one nobody knows, or a frame without IP. */
function foreignFrame(random: Random): Uint8Array {
  const content = Uint8Array.from({ length: random.below(100) }, () => random.u32())
  const dst = `10.9.0.${random.below(4)}`
  const kind = random.below(6)
  if (kind === 0) return ethernet(content, { etherType: 0x0806 })
  if (kind === 1) return ethernet(content, { etherType: random.below(0x1_0000) })
  if (kind === 2) return ethernet(ipv4({ protocol: ICMP, dst }, icmp(8, 0, content)))
  if (kind === 3) return ethernet(ipv6({ protocol: random.below(256) }, content))
  return ethernet(ipv4({ protocol: random.below(256), dst }, content))
}

/** `records` with troubles, the same for the same seed. */
export function withTroubles(
  records: readonly DraftRecord[],
  troubles: RecordTroubles,
  seed: number,
): DraftRecord[] {
  const random = new Random(seed)
  const out: DraftRecord[] = []
  let shift = 0
  for (const record of records) {
    if (random.chance(troubles.timeBack)) shift -= random.below(10e9)
    if (random.chance(troubles.timeLeap)) shift += random.below(5_000e9)
    const before = out.at(-1)
    const ns =
      before !== undefined && random.chance(troubles.sameTime) ? before.ns : Math.round(record.ns + shift)
    for (const frame of framesOf(record.frame, troubles, random)) {
      const length = random.chance(troubles.cut) ? random.below(frame.length + 1) : frame.length
      out.push({ ns, frame: frame.subarray(0, length), originalBytes: frame.length })
      if (random.chance(troubles.duplicate)) out.push(out.at(-1)!)
    }
  }
  for (let i = 0; i < out.length; i++) {
    if (!random.chance(troubles.swap)) continue
    const other = Math.min(out.length - 1, i + random.below(20))
    const [a, b] = [out[i]!, out[other]!]
    // Their times stay where they are.
    out[i] = { ...b, ns: a.ns }
    out[other] = { ...a, ns: b.ns }
  }
  return out
}

function framesOf(frame: Uint8Array, troubles: RecordTroubles, random: Random): Uint8Array[] {
  let frames = [frame]
  const packet = plainPacket(frame)
  // Tunnels belong to addresses, most of the time.
  const key = random.chance(0.9) ? (packet?.[15] ?? 0) & 7 : random.below(8)
  if (packet !== null && random.chance(troubles.tunnel))
    frames = [WRAPPERS[key % WRAPPERS.length]!(packet, key)]
  if (random.chance(troubles.fragment) && ipOffset(frames[0]!) >= 0) frames = badFragments(frames[0]!, random)
  if (random.chance(troubles.malformed)) frames = frames.map((part) => spoiled(part, random, 12))
  if (packet !== null && random.chance(troubles.icmpError)) frames.push(icmpErrorAbout(packet, random))
  if (random.chance(troubles.foreign)) frames.push(foreignFrame(random))
  return frames
}
