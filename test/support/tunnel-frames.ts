// Builders of tunnel headers, each followed by its content; see `frames.ts`.
import { concat } from './frames.js'

function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff]
}

function u24(value: number): number[] {
  return [(value >> 16) & 0xff, ...u16(value)]
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value)]
}

export interface GreFields {
  /** Protocol type. */
  readonly type: number
  readonly checksum?: boolean
  /** Source route entries; the last must have length 0. */
  readonly routes?: readonly number[]
  readonly key?: number
  readonly sequence?: number
  /** Bits of the first two bytes beside those of the fields above. */
  readonly flags?: number
}

/** GRE version 0. */
export function gre(fields: GreFields, content: Uint8Array): Uint8Array {
  const { type, checksum = false, routes, key, sequence, flags = 0 } = fields
  const present =
    (checksum ? 0x8000 : 0) |
    (routes === undefined ? 0 : 0x4000) |
    (key === undefined ? 0 : 0x2000) |
    (sequence === undefined ? 0 : 0x1000)
  return concat(
    u16(present | flags),
    u16(type),
    checksum || routes !== undefined ? [0xab, 0xcd, 0, 0] : [],
    key === undefined ? [] : u32(key),
    sequence === undefined ? [] : u32(sequence),
    routes ?? [],
    content,
  )
}

export interface PptpFields {
  readonly callId: number
  readonly sequence?: number
  readonly acknowledgment?: number
  /** Bits of the first two bytes beside those of the fields above. */
  readonly flags?: number
  /** Overrides the correct length. */
  readonly length?: number
}

/** GRE version 1 as in PPTP; the content is a PPP frame. */
export function pptp(fields: PptpFields, content: Uint8Array): Uint8Array {
  const { callId, sequence, acknowledgment, flags = 0 } = fields
  const present = 0x2001 | (sequence === undefined ? 0 : 0x1000) | (acknowledgment === undefined ? 0 : 0x0080)
  return concat(
    u16(present | flags),
    u16(0x880b),
    u16(fields.length ?? content.length),
    u16(callId),
    sequence === undefined ? [] : u32(sequence),
    acknowledgment === undefined ? [] : u32(acknowledgment),
    content,
  )
}

/** MikroTik's EoIP. `length` overrides the correct length. */
export function eoip(tunnelId: number, content: Uint8Array, length = content.length): Uint8Array {
  return concat([0x20, 0x01, 0x64, 0], u16(length), [tunnelId & 0xff, tunnelId >> 8], content)
}

/** The header of ERSPAN type II, without the GRE header. */
export function erspan2(session: number, vlan: number, tagging: number, content: Uint8Array): Uint8Array {
  return concat(u16(0x1000 | vlan), u16((tagging << 11) | session), [0, 0, 0, 7], content)
}

/** The header of ERSPAN type III; `subheader` has eight or no bytes. */
export function erspan3(
  session: number,
  frameType: number,
  content: Uint8Array,
  subheader: readonly number[] = [],
): Uint8Array {
  const last = (frameType << 10) | (subheader.length > 0 ? 1 : 0)
  return concat(u16(0x2000 | 9), u16(session), u32(0x01020304), [0, 0], u16(last), subheader, content)
}

/** VXLAN. `flags` is the first two bytes, `reserved` the next two and the last. */
export function vxlan(
  vni: number,
  content: Uint8Array,
  { flags = 0x0800, reserved = [0, 0, 0] }: { flags?: number; reserved?: readonly number[] } = {},
): Uint8Array {
  return concat(u16(flags), reserved.slice(0, 2), u24(vni), reserved.slice(2), content)
}

/** VXLAN-GPE. `next` is the next protocol, null for none. */
export function vxlanGpe(vni: number, next: number | null, content: Uint8Array, flags = 0x08): Uint8Array {
  return concat([flags | (next === null ? 0 : 4), 0, 0, next ?? 0], u24(vni), [0], content)
}

/** The network service header. The length of `context` must be a multiple of four. */
export function nsh(
  path: number,
  next: number,
  content: Uint8Array,
  context: readonly number[] = new Array(16).fill(0),
): Uint8Array {
  return concat(u16(0x0fc0 | (2 + context.length / 4)), [1, next], u24(path), [255], context, content)
}

/** GENEVE. The length of `options` must be a multiple of four; `first` has the version bits, `flags` is the second byte. */
export function geneve(
  vni: number,
  type: number,
  content: Uint8Array,
  {
    options = [],
    version = 0,
    flags = 0,
  }: { options?: readonly number[]; version?: number; flags?: number } = {},
): Uint8Array {
  return concat([(version << 6) | (options.length / 4), flags], u16(type), u24(vni), [0], options, content)
}

export interface GtpUFields {
  readonly teid: number
  /** Bits of the first byte besides version and protocol type. */
  readonly flags?: number
  readonly firstByte?: number
  readonly type?: number
  /** Sequence number, N-PDU number, next type, and the extension headers. */
  readonly optional?: readonly number[]
  /** Instead of the true one. */
  readonly length?: number
}

export function gtpU(fields: GtpUFields, content: Uint8Array): Uint8Array {
  const { teid, flags = 0, firstByte = 0x30, type = 255, optional = [] } = fields
  const length = fields.length ?? optional.length + content.length
  return concat([firstByte | flags, type], u16(length), u32(teid), optional, content)
}

export interface L2tpFields {
  readonly tunnel: number
  readonly session: number
  readonly flags?: number
  /** The length field; `true` for the correct length. */
  readonly length?: number | true
  readonly sequence?: boolean
  /** Bytes of padding, given by the offset field. */
  readonly offset?: number
}

/** L2TPv2 data; the content is a PPP frame. */
export function l2tp(fields: L2tpFields, content: Uint8Array): Uint8Array {
  const { tunnel, session, flags = 2, length, sequence = false, offset } = fields
  const present =
    (length === undefined ? 0 : 0x4000) | (sequence ? 0x0800 : 0) | (offset === undefined ? 0 : 0x0200)
  const behindLength = concat(
    u16(tunnel),
    u16(session),
    sequence ? [0, 1, 0, 2] : [],
    offset === undefined ? [] : [...u16(offset), ...new Array<number>(offset).fill(0xff)],
    content,
  )
  const trueLength = behindLength.length + 4
  return concat(
    u16(present | flags),
    length === undefined ? [] : u16(length === true ? trueLength : length),
    behindLength,
  )
}

/** L2TPv3 data over IP; `between` is cookie and sublayer. */
export function l2tpV3(session: number, content: Uint8Array, between: readonly number[] = []): Uint8Array {
  return concat(u32(session), between, content)
}

/** LISP data. `instance` is the instance id, null for none. */
export function lisp(instance: number | null, content: Uint8Array, flags = 0x80): Uint8Array {
  return concat([flags | (instance === null ? 0 : 8), 0, 0, 1], u24(instance ?? 0), [1], content)
}

export interface CapwapFields {
  readonly preamble?: number
  /** Length of the header in bytes, a multiple of four. */
  readonly headerBytes?: number
  readonly binding?: number
  /** The nine bits of flags. */
  readonly flags?: number
}

export function capwap(fields: CapwapFields, content: Uint8Array): Uint8Array {
  const { preamble = 0, headerBytes = 8, binding = 1, flags = 0 } = fields
  const bits = ((headerBytes / 4) << 19) | (1 << 14) | (binding << 9) | flags
  return concat(
    [preamble],
    u24(bits),
    [0, 0, 0, 0],
    new Uint8Array(Math.max(0, headerBytes - 8)).fill(0xee),
    content,
  )
}

/** An IEEE 802.11 header; `control` is the two bytes of Frame Control in order. */
export function wlan(control: readonly number[], content: Uint8Array, extra = 0): Uint8Array {
  return concat(control, [0, 0], new Uint8Array(20 + extra), content)
}

/** LLC and SNAP headers, then an IPv4 packet. */
export function snapIpv4(content: Uint8Array): Uint8Array {
  return concat([0xaa, 0xaa, 3, 0, 0, 0, 8, 0], content)
}
