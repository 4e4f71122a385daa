// Files that are rows of records, written field by field from the formats' descriptions and sharing nothing with the readers.
import type { WrittenPacket } from './capture-writers.js'
import { concat } from './frames.js'
import { u16, u16le, u32, u32le } from './link-frames.js'

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))
const zeros = (bytes: number) => new Uint8Array(Math.max(0, bytes))

function u64le(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true)
  return bytes
}

const nanos = ({ tsSec, tsNsec }: WrittenPacket) => BigInt(tsSec) * 1_000_000_000n + BigInt(tsNsec)

/** RFC 1761. */
export function snoopFile(
  packets: readonly WrittenPacket[],
  { network = 4, version = 2, padding = 0, drops = 0 } = {},
): Uint8Array {
  const records = packets.map(({ tsSec, tsNsec, frame, originalBytes }) => {
    const padded = frame.length + (-frame.length & 3) + padding
    return concat(
      u32(originalBytes),
      u32(frame.length),
      u32(24 + padded),
      u32(drops),
      u32(tsSec),
      u32(tsNsec / 1000),
      frame,
      zeros(padded - frame.length),
    )
  })
  return concat(latin1('snoop\0\0\0'), u32(version), u32(network), ...records)
}

/** Endace's ERF, with as many extension headers. */
export function erfFile(
  packets: readonly WrittenPacket[],
  { type = 2, extensions = 0, before = 2, lost = 0 } = {},
): Uint8Array {
  const records = packets.map(({ tsSec, tsNsec, frame, originalBytes }) => {
    const fraction = (BigInt(tsNsec) << 32n) / 1_000_000_000n + (tsNsec === 0 ? 0n : 1n)
    const headers = Array.from({ length: extensions }, (_, index) => [
      index + 1 < extensions ? 0x83 : 0x03,
      ...zeros(7),
    ])
    const content = concat(...headers, zeros(before), frame)
    const padding = -(16 + content.length) & 7
    return concat(
      u64le((BigInt(tsSec) << 32n) | fraction),
      [type | (extensions > 0 ? 0x80 : 0), 4],
      u16(16 + content.length + padding),
      u16(lost),
      u16(originalBytes),
      content,
      zeros(padding),
    )
  })
  return concat(...records)
}

/** InfoVista's 5View. */
export function fiveViewFile(packets: readonly WrittenPacket[]): Uint8Array {
  const record = (subtype: number, sec: number, nsec: number, content: Uint8Array) =>
    concat(
      u32le(0x3333_eeee),
      u16le(36),
      u16le(0x4000),
      u32le(0x8000_0000),
      u32le(subtype),
      u32le(content.length),
      u32le(1),
      u32le(sec),
      u32le(nsec),
      u32le(0),
      content,
    )
  return concat(
    ...[0xaaaa_aaaa, 32, 0x0001_0000, 24, 0x1800_1000, 0, 0, 0].map(u32le),
    ...[0x8000_0007, 0x0001_0004, 0, 0x2000_0000, 0x0001_0004, packets.length].map(u32le),
    record(7, 0, 0, zeros(5)), // no frame
    ...packets.map(({ tsSec, tsNsec, frame }) => record(0, tsSec, tsNsec, frame)),
  )
}

export interface NetmonOptions {
  readonly version?: readonly [major: number, minor: number]
  readonly network?: number
  /** The capture begins as long before the first packet, in ms; less than 0: after it. */
  readonly leadMsec?: number
}

/** Microsoft's Network Monitor: frames, then the table of their offsets. */
export function netmonFile(
  packets: readonly WrittenPacket[],
  { version = [2, 0], network = 1, leadMsec = 1500 }: NetmonOptions = {},
): Uint8Array {
  const [major, minor] = version
  const start = packets[0] === undefined ? 0n : nanos(packets[0]) / 1_000_000n - BigInt(leadMsec)
  const date = new Date(Number(start))
  const records = packets.map((packet) => {
    const { frame, originalBytes } = packet
    const delta = nanos(packet) / 1000n - start * 1000n
    if (major === 1)
      return concat(u32le(Number(delta / 1000n)), u16le(originalBytes), u16le(frame.length), frame)
    // Before the start: a tenth of what is negative in 64 bits.
    const stored = delta >= 0n ? delta : ((1n << 64n) + delta * 10n) / 10n + 1n
    const trailer = concat(
      minor >= 1 ? u16le(network) : [],
      minor >= 2 ? u32le(0) : [],
      minor >= 3 ? u64le(nanos(packet) / 100n + 116_444_736_000_000_000n) : [],
      minor >= 3 ? [0] : [],
    )
    return concat(u64le(stored), u32le(originalBytes), u32le(frame.length), frame, trailer)
  })
  const offsets: number[] = []
  let offset = 128
  for (const record of records) {
    offsets.push(offset)
    offset += record.length
  }
  const parts = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDay(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    date.getUTCMilliseconds(),
  ]
  const header = concat(
    latin1(major === 1 ? 'RTSS' : 'GMBU'),
    [minor, major],
    u16le(network),
    ...parts.map(u16le),
    u32le(offset),
    u32le(4 * offsets.length),
  )
  return concat(header, zeros(128 - header.length), ...records, ...offsets.map(u32le), zeros(40))
}

/** AIX's iptrace. */
export function iptraceFile(
  packets: readonly WrittenPacket[],
  { version = '2.0', ifType = 6, padding = 0 } = {},
): Uint8Array {
  const infoBytes = version === '1.0' ? 22 : 32
  const records = packets.map(({ tsSec, tsNsec, frame }) =>
    concat(
      u32(infoBytes + padding + frame.length),
      u32(tsSec),
      [0, 0, 0, 0],
      latin1('en\0\0'),
      zeros(12),
      [ifType, 1],
      version === '1.0' ? [] : concat([0, 0], u32(tsSec), u32(tsNsec)),
      zeros(padding),
      frame,
    ),
  )
  return concat(latin1(`iptrace ${version}`), ...records)
}

/** A record of a NetScaler trace, behind its type and length. */
function nstraceRecord(isFirst: boolean, type: number, content: Uint8Array): Uint8Array {
  if (isFirst) return concat(u16le(type), u16le(4 + content.length), content)
  const bytes = 3 + content.length
  return concat([type, 0x80 | (bytes & 0x7f), bytes >>> 7], content)
}

/** Header between type, length and packet, by the type of the record; the times are absolute from 0xf0 on, but for 0xf4. */
export interface NstraceForm {
  readonly version: '1.0' | '2.0' | '3.0' | '3.5'
  readonly type: number
  /** The header behind type and length, with the time or the time since the packet before, and the original length. */
  readonly header: (time: bigint, sinceLast: number, originalBytes: number) => Uint8Array
}

const hrTime = (nsec: number) =>
  u32le((nsec % 1000 === 0 ? 0x8000_0000 + nsec / 1000 : 0xc000_0000 + nsec) >>> 0)

export const NSTRACE_FORMS: readonly NstraceForm[] = [
  { version: '1.0', type: 0x0310, header: (_, since) => concat(u32le(1), hrTime(since)) },
  {
    version: '1.0',
    type: 0x0314,
    header: (_, since, original) => concat(u32le(1), hrTime(since), u16le(original), u16le(0)),
  },
  { version: '2.0', type: 0xc0, header: (_, since) => concat([1], hrTime(since)) },
  { version: '2.0', type: 0xe2, header: (_, since) => concat([1], hrTime(since), zeros(10)) },
  { version: '2.0', type: 0xf8, header: (time) => concat([1], u64le(time), zeros(17)) },
  {
    version: '2.0',
    type: 0xfc,
    header: (time, _, original) => concat([1], u64le(time), u16le(original), zeros(19)),
  },
  {
    version: '2.0',
    type: 0xb0,
    header: (time) => concat([1], u64le(time), zeros(17), [2, 3], latin1('vmabc')),
  },
  {
    version: '3.0',
    type: 0xa8,
    header: (time, _, original) =>
      concat([1], u64le(time), zeros(8), u16le(original), zeros(9), [1, 0], zeros(19), [0x78]),
  },
  {
    version: '3.5',
    type: 0xac,
    header: (time, _, original) =>
      concat([1], u64le(time), zeros(8), u16le(original), zeros(4), u16le(40), zeros(7), zeros(5)),
  },
]

const SIGNATURES = {
  '1.0': 'NetScaler Performance Data',
  '2.0': 'NetScaler V20 Performance Data',
  '3.0': 'Netscaler V30 Performance Data',
  '3.5': 'Netscaler V35 Performance Data',
}

/** A trace of NetScaler, whose pages are filled up with zeros. */
export function nstraceFile(
  packets: readonly WrittenPacket[],
  { version, type, header }: NstraceForm,
): Uint8Array {
  const isFirst = version === '1.0'
  const pageBytes = version.startsWith('3') ? 16_384 : 8192
  const startSec = packets[0]?.tsSec ?? 0
  const pieces: Uint8Array[] = []
  let length = 0
  const add = (record: Uint8Array) => {
    const left = pageBytes - (length % pageBytes)
    const padding = record.length > left && !version.startsWith('3') ? left : 0
    pieces.push(zeros(padding), record)
    length += padding + record.length
  }
  const signature = latin1(SIGNATURES[version])
  if (isFirst) add(nstraceRecord(true, 0x0101, concat(zeros(4), signature, zeros(56 - signature.length))))
  else add(concat([0x01, 4 + signature.length, 0], signature, [0]))
  // Absolute time, after packets whose time is not known; then something else.
  add(
    isFirst
      ? nstraceRecord(true, 0x0107, concat(u32le(0), u32le(startSec)))
      : concat([0x07, 8], u16le(0), u32le(startSec)),
  )
  add(isFirst ? nstraceRecord(true, 0x0222, zeros(9)) : concat([0x22, 12], zeros(10)))
  let last = BigInt(startSec) * 1_000_000_000n
  for (const packet of packets) {
    const time = nanos(packet)
    add(
      nstraceRecord(
        isFirst,
        type,
        concat(header(time, Number(time - last), packet.originalBytes), packet.frame),
      ),
    )
    last = time
  }
  return concat(...pieces)
}
