import { gzipSync } from 'node:zlib'
import { Random } from '../../fixtures/generator/random.mjs'
import { type FileForm, type GeneratedFile, written } from '../determinism/arbitrary-capture.js'
import { type DraftRecord, plainPacket } from '../determinism/record-troubles.js'
import { ethernet, ipv4, udp, vlan } from '../support/frames.js'
import { gre, vxlan } from '../support/tunnel-frames.js'

const TCP = 6
const UDP = 17
const GRE = 47
const FIN_PSH = 0x09
const IPV6_FRAGMENT = 44
/** Beginning of all addresses of {@link mixed} traffic. */
export const UNRELATED = '10.77.'

export type Form = Pick<FileForm, 'format' | 'bigEndian' | 'nanoseconds' | 'isCompressed'>

/** A file of these records. */
export function fileOf(records: readonly DraftRecord[], form: Form, name = 'whole'): GeneratedFile {
  const bytes = written(records, form, 1, new Random(1))
  const ending = `${form.format}${form.isCompressed ? '.gz' : ''}`
  return { name: `${name}.${ending}`, bytes: form.isCompressed ? gzipSync(bytes, { level: 1 }) : bytes }
}

/**
 * The same records in up to `count` files of different formats, cut anywhere where a file does not begin earlier than the
 * one before: files are read in the order of their first packets.
 */
export function cut(
  records: readonly DraftRecord[],
  form: Form,
  count: number,
  random: Random,
): GeneratedFile[] {
  const drawn = Array.from({ length: count - 1 }, () => random.below(records.length))
  const cuts = [0]
  for (const at of [...new Set(drawn)].sort((a, b) => a - b)) {
    if (at > 0 && microseconds(records[at]!.ns) >= microseconds(records[cuts.at(-1)!]!.ns)) cuts.push(at)
  }
  return cuts.map((from, i) => {
    const part = records.slice(from, cuts[i + 1])
    const partForm = {
      ...form,
      format: random.chance(0.5) ? ('pcap' as const) : ('pcapng' as const),
      bigEndian: random.chance(0.5),
      isCompressed: random.chance(0.3),
    }
    return fileOf(part, partForm, `part-${String(i).padStart(3, '0')}`)
  })
}

function microseconds(ns: number): number {
  return Math.floor(ns / 1000)
}

/** The records with `count` packets of other connections between them, each at the time of a neighbour. */
export function mixed(records: readonly DraftRecord[], count: number, random: Random): DraftRecord[] {
  const each = count / records.length
  const out: DraftRecord[] = []
  let due = 0
  for (const record of records) {
    for (due += each; due >= 1; due--) out.push(unrelated(record.ns, random))
    out.push(record)
  }
  return out
}

function unrelated(ns: number, random: Random): DraftRecord {
  const address = () => `${UNRELATED}0.${random.below(6)}`
  const datagram = udp({ srcPort: 7000, dstPort: 7001 }, new Uint8Array(random.below(9)))
  const frame = ethernet(ipv4({ protocol: UDP, src: address(), dst: address() }, datagram))
  return { ns, frame, originalBytes: frame.length }
}

/** Copies of most packets as another VLAN has them, each less than 20 ms and a few packets behind its own. */
export function copiesOf(
  records: readonly DraftRecord[],
  random: Random,
): { readonly behind: number; readonly copy: DraftRecord }[] {
  return records.flatMap((record, i) => {
    const packet = plainPacket(record.frame)
    if (packet === null || isFragment(packet) || random.chance(0.2)) return []
    const tag = record.frame.subarray(12)
    const frame = ethernet(vlan(77, packet, (tag[0]! << 8) | tag[1]!), { etherType: 0x8100 })
    frame.set(record.frame.subarray(0, 12))
    // Not behind more packets of a connection than copies are looked for among.
    const latest = records[Math.min(i + 20, records.length - 1)]!.ns
    const ns = Math.min(record.ns + random.below(19e6), Math.max(record.ns, latest))
    const copy = { ns, frame, originalBytes: record.originalBytes + 4 }
    return [{ behind: i + random.below(5), copy }]
  })
}

/** The records with their {@link copiesOf}. */
export function copied(records: readonly DraftRecord[], random: Random): DraftRecord[] {
  const copies = copiesOf(records, random)
  const due = new Map<number, DraftRecord[]>()
  for (const { behind, copy } of copies) {
    const at = Math.min(behind, records.length - 1)
    due.set(at, [...(due.get(at) ?? []), copy])
  }
  return records.flatMap((record, i) => [record, ...(due.get(i) ?? [])])
}

function isFragment(packet: Uint8Array): boolean {
  if (packet[0]! >> 4 === 6) return packet[6] === IPV6_FRAGMENT
  return ((packet[6]! & 0x3f) | packet[7]!) !== 0
}

export type Encapsulation = 'vlan' | 'gre' | 'vxlan'

const WRAPPERS: Readonly<Record<Encapsulation, (packet: Uint8Array) => Uint8Array>> = {
  vlan: (packet) => ethernet(vlan(42, packet), { etherType: 0x8100 }),
  gre: (packet) => ethernet(ipv4({ protocol: GRE }, gre({ type: etherTypeOf(packet), key: 7 }, packet))),
  vxlan: (packet) =>
    ethernet(ipv4({ protocol: UDP }, udp({ srcPort: 50_000, dstPort: 4789 }, vxlan(9, ethernet(packet))))),
}

function etherTypeOf(packet: Uint8Array): number {
  return packet[0]! >> 4 === 6 ? 0x86dd : 0x0800
}

/** The IP packets of the records, inside of other headers. */
export function encapsulated(records: readonly DraftRecord[], kind: Encapsulation): DraftRecord[] {
  return records.map((record) => {
    const packet = plainPacket(record.frame)
    if (packet === null) return record
    const frame = WRAPPERS[kind](packet)
    return { ...record, frame, originalBytes: record.originalBytes + frame.length - record.frame.length }
  })
}

/** The records with the payload of TCP segments in several of up to `most` bytes, one behind the other. */
export function resegmented(records: readonly DraftRecord[], most: number): DraftRecord[] {
  return records.flatMap((record) => {
    const at = tcpAt(record.frame)
    if (at < 0 || record.frame.length < record.originalBytes) return [record]
    const from = at + 4 * (record.frame[at + 12]! >> 4)
    const bytes = record.frame.length - from
    if (bytes <= most || (record.frame[at + 13]! & 0x02) !== 0) return [record]
    const out: DraftRecord[] = []
    for (let offset = 0; offset < bytes; offset += most) {
      const frame = segmentOf(record.frame, at, from, offset, Math.min(most, bytes - offset))
      out.push({ ...record, frame, originalBytes: frame.length })
    }
    return out
  })
}

function segmentOf(whole: Uint8Array, tcpAt: number, from: number, offset: number, length: number) {
  const frame = new Uint8Array(from + length)
  frame.set(whole.subarray(0, from))
  frame.set(whole.subarray(from + offset, from + offset + length), from)
  const view = new DataView(frame.buffer)
  const isV4 = frame[14]! >> 4 === 4
  if (isV4) view.setUint16(16, from + length - 14)
  else view.setUint16(18, from + length - 54)
  view.setUint32(tcpAt + 4, view.getUint32(tcpAt + 4) + offset)
  const isLast = from + offset + length === whole.length
  if (!isLast) frame[tcpAt + 13]! &= ~FIN_PSH
  return frame
}

// Where the TCP header of a plain packet without IP options and fragments is; -1: it is none.
function tcpAt(frame: Uint8Array): number {
  const packet = plainPacket(frame)
  if (packet === null) return -1
  if (packet[0]! >> 4 === 6) return packet[6] === TCP ? 54 : -1
  const isWhole = ((packet[6]! & 0x3f) | packet[7]!) === 0
  return packet[9] === TCP && packet[0] === 0x45 && isWhole ? 34 : -1
}
