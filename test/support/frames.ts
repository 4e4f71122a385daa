// Builders of frames, from the inside out: ethernet(ipv4({ protocol: 6 }, tcp({ srcPort: 80 }, payload))).

/** Concatenates the parts. */
export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const encoder = new TextEncoder()

export function text(content: string): Uint8Array {
  return encoder.encode(content)
}

function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff]
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)]
}

/** The bytes of an address such as `10.0.0.1` or `2001:db8::1`. */
export function address(written: string): number[] {
  if (!written.includes(':')) return written.split('.').map(Number)
  const [head = '', tail] = written.split('::')
  const words = (part: string): number[] =>
    part.split(':').flatMap((word) => (word === '' ? [] : u16(Number.parseInt(word, 16))))
  const first = words(head)
  const last = words(tail ?? '')
  return [...first, ...new Array<number>(16 - first.length - last.length).fill(0), ...last]
}

/** One's complement sum over 16-bit words, RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** A transport-layer packet whose checksum may need the IP addresses. */
export interface Transport {
  readonly bytes: Uint8Array
  /** Offset of the checksum field. */
  readonly checksumAt: number
  /** True when the checksum covers the addresses (for all but ICMPv4 and SCTP). */
  readonly hasPseudoHeader: boolean
}

function withChecksum(
  content: Uint8Array | Transport,
  pseudoHeader: (length: number) => Uint8Array,
): Uint8Array {
  if (content instanceof Uint8Array) return content
  const bytes = content.bytes.slice()
  const covered = content.hasPseudoHeader ? concat(pseudoHeader(bytes.length), bytes) : bytes
  bytes.set(u16(checksum(covered)), content.checksumAt)
  return bytes
}

export const ETHER_TYPE = {
  IPV4: 0x0800,
  ARP: 0x0806,
  VLAN: 0x8100,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  PPPOE: 0x8864,
  QINQ: 0x88a8,
  PBB: 0x88e7,
  FABRIC_PATH: 0x8903,
} as const

function etherTypeOf(packet: Uint8Array): number {
  return packet[0]! >> 4 === 6 ? ETHER_TYPE.IPV6 : ETHER_TYPE.IPV4
}

/** An Ethernet II frame; padded to 60 bytes with 0xee when `isPadded`. */
export function ethernet(
  content: Uint8Array,
  options: { readonly etherType?: number; readonly isPadded?: boolean } = {},
): Uint8Array {
  const etherType = options.etherType ?? etherTypeOf(content)
  const frame = concat([0x02, 0, 0, 0, 0, 1], [0x02, 0, 0, 0, 0, 2], u16(etherType), content)
  return options.isPadded === true && frame.length < 60
    ? concat(frame, new Uint8Array(60 - frame.length).fill(0xee))
    : frame
}

/** A VLAN tag without its TPID. */
export function vlan(id: number, content: Uint8Array, etherType = etherTypeOf(content)): Uint8Array {
  return concat(u16(0x6000 | id), u16(etherType), content)
}

/** A label stack, outermost first. */
export function mpls(labels: readonly number[], content: Uint8Array): Uint8Array {
  const entries = labels.map((label, i) =>
    u32(((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64) >>> 0),
  )
  return concat(...entries, content)
}

/** A PPPoE session header and the PPP protocol field. `length` overrides the correct length. */
export function pppoe(session: number, content: Uint8Array, length = content.length + 2): Uint8Array {
  return concat([0x11, 0], u16(session), u16(length), ppp(content))
}

/** A PPP protocol field before an IP packet. */
export function ppp(content: Uint8Array): Uint8Array {
  return concat(u16(etherTypeOf(content) === ETHER_TYPE.IPV6 ? 0x0057 : 0x0021), content)
}

export interface Ipv4Fields {
  readonly protocol: number
  readonly src?: string
  readonly dst?: string
  readonly id?: number
  /** Fragment offset in bytes. */
  readonly fragmentOffset?: number
  readonly moreFragments?: boolean
  /** IP options, padded to a multiple of four bytes. */
  readonly options?: readonly number[]
  /** Overrides the correct total length. */
  readonly totalLength?: number
}

export function ipv4(fields: Ipv4Fields, content: Uint8Array | Transport): Uint8Array {
  const src = address(fields.src ?? '10.0.0.1')
  const dst = address(fields.dst ?? '10.0.0.2')
  const options = fields.options ?? []
  const payload = withChecksum(content, (length) => concat(src, dst, [0, fields.protocol], u16(length)))
  const header = concat(
    [0x40 | (5 + options.length / 4), 0],
    u16(fields.totalLength ?? 20 + options.length + payload.length),
    u16(fields.id ?? 1),
    u16((fields.moreFragments === true ? 0x2000 : 0) | ((fields.fragmentOffset ?? 0) / 8)),
    [64, fields.protocol, 0, 0],
    src,
    dst,
    options,
  )
  header.set(u16(checksum(header)), 10)
  return concat(header, payload)
}

export interface Ipv6Fields {
  /** Protocol of `content`. */
  readonly protocol: number
  readonly src?: string
  readonly dst?: string
  /** Extension headers before the content, from {@link extension} or {@link fragmentHeader}. */
  readonly extensions?: readonly Extension[]
  /** Overrides the correct payload length. */
  readonly payloadLength?: number
}

/** An extension header: its protocol number and its bytes. {@link ipv6} sets the first byte. */
export interface Extension {
  readonly protocol: number
  readonly bytes: Uint8Array
}

export function ipv6(fields: Ipv6Fields, content: Uint8Array | Transport): Uint8Array {
  const src = address(fields.src ?? '2001:db8::1')
  const dst = address(fields.dst ?? '2001:db8::2')
  const payload = withChecksum(content, (length) => concat(src, dst, u32(length), [0, 0, 0, fields.protocol]))
  const extensions = fields.extensions ?? []
  const chain = extensions.map(({ bytes }, i) => {
    const header = bytes.slice()
    header[0] = extensions[i + 1]?.protocol ?? fields.protocol
    return header
  })
  const body = concat(...chain, payload)
  return concat(
    [0x60, 0, 0, 0],
    u16(fields.payloadLength ?? body.length),
    [extensions[0]?.protocol ?? fields.protocol, 64],
    src,
    dst,
    body,
  )
}

/** Hop-by-hop options (0), routing (43) or destination options (60) with this content, padded with zeros. */
export function extension(protocol: number, content: readonly number[] = []): Extension {
  const units = Math.ceil((2 + content.length) / 8)
  const bytes = new Uint8Array(units * 8)
  bytes[1] = units - 1
  bytes.set(content, 2)
  return { protocol, bytes }
}

/** The IPv6 Fragment header. */
export function fragmentHeader(id: number, offset: number, moreFragments: boolean): Extension {
  return { protocol: 44, bytes: concat([0, 0], u16(offset | (moreFragments ? 1 : 0)), u32(id)) }
}

/** An Authentication Header with a twelve-byte check value. In an IPv4 packet the caller gives the next header. */
export function authenticationHeader(nextHeader = 0): Extension {
  return { protocol: 51, bytes: concat([nextHeader, 4, 0, 0], new Uint8Array(20)) }
}

export interface TcpFields {
  readonly srcPort?: number
  readonly dstPort?: number
  readonly seq?: number
  readonly ack?: number
  readonly flags?: number
  readonly window?: number
  /** TCP options, padded to a multiple of four bytes. */
  readonly options?: readonly number[]
}

export function tcp(fields: TcpFields, payload: Uint8Array = new Uint8Array(0)): Transport {
  const options = fields.options ?? []
  const bytes = concat(
    u16(fields.srcPort ?? 1024),
    u16(fields.dstPort ?? 80),
    u32(fields.seq ?? 1),
    u32(fields.ack ?? 0),
    [(5 + options.length / 4) << 4, fields.flags ?? 0x10],
    u16(fields.window ?? 512),
    [0, 0, 0, 0],
    options,
    payload,
  )
  return { bytes, checksumAt: 16, hasPseudoHeader: true }
}

export interface UdpFields {
  readonly srcPort?: number
  readonly dstPort?: number
  /** Overrides the correct length. */
  readonly length?: number
}

export function udp(fields: UdpFields, payload: Uint8Array = new Uint8Array(0)): Transport {
  const bytes = concat(
    u16(fields.srcPort ?? 1024),
    u16(fields.dstPort ?? 53),
    u16(fields.length ?? 8 + payload.length),
    [0, 0],
    payload,
  )
  return { bytes, checksumAt: 6, hasPseudoHeader: true }
}

/** An ICMP message, or an ICMPv6 message if `isV6`. `content` follows the eight-byte header. */
export function icmp(type: number, code: number, content: Uint8Array, isV6 = false): Transport {
  const bytes = concat([type, code, 0, 0, 0, 0, 0, 0], content)
  return { bytes, checksumAt: 2, hasPseudoHeader: isV6 }
}
