import { generateBytes } from '../../fixtures/generator/generate.mjs'
import { shortPlan } from '../../fixtures/generator/presets.mjs'
import { Random } from '../../fixtures/generator/random.mjs'

/** A record or block of a capture that holds a packet. */
interface PacketRange {
  readonly from: number
  readonly to: number
}

/** A generated capture with one damaged range. */
export interface DamagedCapture {
  readonly name: string
  readonly whole: Uint8Array
  readonly damaged: Uint8Array
  /** Packets before the damage, of all `packets`. */
  readonly before: number
  /** Packets whose records begin behind it. */
  readonly after: number
  readonly packets: number
}

const KINDS = ['cut out', 'random bytes', 'zeros', 'ones', 'text', 'a copy of other bytes'] as const

/** The capture that has the number `seed`: every format, byte order and kind of damage comes up. */
export function damagedCapture(seed: number): DamagedCapture {
  const random = new Random(seed * 7919)
  const format = seed % 2 === 0 ? 'pcap' : 'pcapng'
  const plan = {
    ...shortPlan(random.between(3, 25)),
    format,
    nanoseconds: random.chance(0.3),
    bigEndian: random.chance(0.3),
    interfaces: 2,
  } as const
  const { bytes: whole } = generateBytes(plan, seed)
  const isLittle = !plan.bigEndian
  const ranges = format === 'pcap' ? pcapRanges(whole, isLittle) : pcapngRanges(whole, isLittle)
  const first = ranges[0]?.from ?? whole.length
  const from = random.between(first, whole.length - 1)
  const most = random.chance(0.3) ? 24 : random.chance(0.7) ? 3_000 : 20_000
  const to = Math.min(whole.length, from + random.between(1, most))
  const kind = KINDS[random.below(KINDS.length)] ?? 'zeros'
  return {
    name: `${seed}: ${format}, ${kind}, bytes ${from} to ${to} of ${whole.length}`,
    whole,
    damaged: damage(whole, from, to, kind, random),
    before: ranges.filter((range) => range.to <= from).length,
    after: ranges.filter((range) => range.from >= to).length,
    packets: ranges.length,
  }
}

function damage(
  whole: Uint8Array,
  from: number,
  to: number,
  kind: (typeof KINDS)[number],
  random: Random,
): Uint8Array {
  if (kind === 'cut out') return Buffer.concat([whole.subarray(0, from), whole.subarray(to)])
  const damaged = Uint8Array.from(whole)
  const elsewhere = random.below(whole.length - (to - from) + 1)
  for (let at = from; at < to; at++) {
    if (kind === 'zeros') damaged[at] = 0
    else if (kind === 'ones') damaged[at] = 0xff
    else if (kind === 'text') damaged[at] = random.between(0x20, 0x7e)
    else if (kind === 'random bytes') damaged[at] = random.below(256)
    else damaged[at] = whole[elsewhere + at - from] ?? 0
  }
  return damaged
}

function pcapRanges(bytes: Uint8Array, isLittle: boolean): PacketRange[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const ranges: PacketRange[] = []
  for (let at = 24; at < bytes.length; ) {
    const to = at + 16 + view.getUint32(at + 8, isLittle)
    ranges.push({ from: at, to })
    at = to
  }
  return ranges
}

function pcapngRanges(bytes: Uint8Array, isLittle: boolean): PacketRange[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const ranges: PacketRange[] = []
  for (let at = 0; at < bytes.length; ) {
    const to = at + view.getUint32(at + 4, isLittle)
    if (view.getUint32(at, isLittle) === 6) ranges.push({ from: at, to })
    at = to
  }
  return ranges
}
