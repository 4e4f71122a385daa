// Builders of link-layer headers other than Ethernet, each followed by its content; see `frames.ts`.
import { concat, ETHER_TYPE } from './frames.js'

export function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff]
}

export function u16le(value: number): number[] {
  return u16(value).reverse()
}

export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value)]
}

export function u32le(value: number): number[] {
  return u32(value).reverse()
}

/** EtherType of an IP packet. */
export function etherTypeOf(packet: Uint8Array): number {
  return packet[0]! >> 4 === 6 ? ETHER_TYPE.IPV6 : ETHER_TYPE.IPV4
}

/** LLC and SNAP headers, then an IP packet. */
export function snap(content: Uint8Array, type = etherTypeOf(content), oui = 0): Uint8Array {
  return concat([0xaa, 0xaa, 3], u32(oui).slice(1), u16(type), content)
}

/** An LLC header, then an IP packet. */
export function llc(content: Uint8Array): Uint8Array {
  return concat([6, 6, 3], content)
}

export interface WlanFields {
  /** First byte of Frame Control. Default: a data frame, or a QoS data frame if `qos` is set. */
  readonly control?: number
  /** Second byte of Frame Control: 1 to DS, 2 from DS, 4 more fragments, 0x40 protected. */
  readonly flags?: number
  readonly fragment?: number
  /** The two bytes of QoS Control. */
  readonly qos?: readonly [number, number]
  readonly hasHtControl?: boolean
  /** True to pad the header to a multiple of four bytes. */
  readonly isPadded?: boolean
}

/** An IEEE 802.11 header, then the content of a data frame. */
export function wlan(fields: WlanFields, content: Uint8Array): Uint8Array {
  const { qos, hasHtControl = false } = fields
  const flags = (fields.flags ?? 1) | (hasHtControl ? 0x80 : 0)
  const header = concat(
    [fields.control ?? (qos === undefined ? 0x08 : 0x88), flags, 0, 0],
    [2, 0, 0, 0, 0, 1],
    [2, 0, 0, 0, 0, 2],
    [2, 0, 0, 0, 0, 3],
    [0x10 | (fields.fragment ?? 0), 0x32],
    (flags & 3) === 3 ? [2, 0, 0, 0, 0, 4] : [],
    qos ?? [],
    hasHtControl ? [0, 0, 0, 0] : [],
  )
  const padding = fields.isPadded === true ? new Uint8Array((4 - (header.length % 4)) % 4) : []
  return concat(header, padding, content)
}

/** The subframes of an A-MSDU, one for each content. All but the last are padded to a multiple of four bytes. */
export function amsdu(...contents: readonly Uint8Array[]): Uint8Array {
  const subframes = contents.map((content, i) => {
    const subframe = concat([2, 0, 0, 0, 0, 5], [2, 0, 0, 0, 0, 6], u16(content.length), content)
    const padding = i === contents.length - 1 ? 0 : (4 - (subframe.length % 4)) % 4
    return concat(subframe, new Uint8Array(padding))
  })
  return concat(...subframes)
}

export interface RadiotapFields {
  /** The field Flags: 0x10 frame check sequence, 0x20 padded header, 0x40 bad frame check sequence. */
  readonly flags?: number
  /** True to put a timestamp before it. */
  readonly hasTimestamp?: boolean
  /** Number of additional presence words. */
  readonly moreWords?: number
  /** Overrides the correct length. */
  readonly length?: number
}

export function radiotap(fields: RadiotapFields, content: Uint8Array): Uint8Array {
  const { flags, hasTimestamp = false, moreWords = 0 } = fields
  const words = Array.from({ length: 1 + moreWords }, (_, i) => {
    const present = i === 0 ? (hasTimestamp ? 1 : 0) | (flags === undefined ? 0 : 2) : 0x2000_0000
    return u32le(i === moreWords ? present : (present | 0x8000_0000) >>> 0)
  }).flat()
  const padding = hasTimestamp ? (8 - ((4 + words.length) % 8)) % 8 : 0
  const rest = concat(
    new Uint8Array(padding),
    hasTimestamp ? new Uint8Array(8).fill(0xff) : [],
    flags === undefined ? [] : [flags],
  )
  return concat([0, 0], u16le(fields.length ?? 4 + words.length + rest.length), words, rest, content)
}

/** A PPI header with fields of these types and contents, then a frame of a link type. */
export function ppi(
  linkType: number,
  fields: readonly (readonly [type: number, content: Uint8Array])[],
  content: Uint8Array,
): Uint8Array {
  const all = concat(...fields.map(([type, field]) => concat(u16le(type), u16le(field.length), field)))
  return concat([0, 0], u16le(8 + all.length), u32le(linkType), all, content)
}

/** PPI's field "802.11-Common" with these flags: 1 for a frame check sequence, 4 for a bad one. */
export function ppiCommon(flags: number): readonly [number, Uint8Array] {
  return [2, concat(new Uint8Array(8), u16le(flags), new Uint8Array(10))]
}

/** A type-length-value field of NFLOG, with padding. */
export function nflogField(type: number, content: Uint8Array, isLittleEndian = true): Uint8Array {
  const u = isLittleEndian ? u16le : u16
  return concat(u(4 + content.length), u(type), content, new Uint8Array((4 - (content.length % 4)) % 4))
}

/** Juniper's header. Flags: 2 for no link-layer header, 0x80 for extensions. */
export function juniper(flags: number, extensions: readonly number[], content: Uint8Array): Uint8Array {
  return concat(
    [0x4d, 0x47, 0x43, flags],
    (flags & 0x80) !== 0 ? [...u16(extensions.length), ...extensions] : [],
    (flags & 0x02) !== 0 ? [2, 0, 0, 0] : [],
    content,
  )
}

/** An ERF record header with this many extension headers. */
export function erf(type: number, content: Uint8Array, extensions = 0): Uint8Array {
  const headers = Array.from({ length: extensions }, (_, i) => [
    i < extensions - 1 ? 0x83 : 0x03,
    ...new Array<number>(7).fill(9),
  ]).flat()
  return concat(
    new Uint8Array(8),
    [extensions > 0 ? type | 0x80 : type, 4],
    u16(16 + headers.length + content.length),
    [0, 0],
    u16(content.length),
    headers,
    content,
  )
}

/** InfiniBand's local route header and base transport header, with an optional global route header between them. */
export function infiniband(opcode: number, content: Uint8Array, hasGlobalRoute = false): Uint8Array {
  return concat(
    [0x00, hasGlobalRoute ? 3 : 2, 0, 1, 0, 0, 0, 2],
    new Uint8Array(hasGlobalRoute ? 40 : 0),
    [opcode],
    new Uint8Array(11),
    content,
  )
}

/** The header of IP over InfiniBand. */
export function ipoib(content: Uint8Array): Uint8Array {
  return concat(u16(etherTypeOf(content)), [0, 0], content)
}
