import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { layerOfTypeOnly } from './ether-type.js'

// InfiniBand Architecture Specification, volume 1, §7.7, §8.3, §9.2 to §9.5.
const LOCAL_ROUTE_BYTES = 8
const NEXT_HEADER_MASK = 0x03
const NEXT_RAW_ETHER_TYPE = 0
const NEXT_RAW_IPV6 = 1
const NEXT_GLOBAL_ROUTE = 3
const RAW_HEADER_BYTES = 4
const GLOBAL_ROUTE_BYTES = 40
const BASE_TRANSPORT_BYTES = 12
const DATAGRAM_BYTES = 8
const IMMEDIATE_BYTES = 4

// The opcode: service in the high bits, operation in the low bits.
const SERVICE_MASK = 0xe0
const SERVICE_RELIABLE_CONNECTION = 0x00
const SERVICE_UNRELIABLE_CONNECTION = 0x20
const SERVICE_UNRELIABLE_DATAGRAM = 0x60
const OPERATION_MASK = 0x1f
const SEND_ONLY = 0x04
const SEND_ONLY_WITH_IMMEDIATE = 0x05

/** LINKTYPE_INFINIBAND: a packet from its local route header on. An IP packet fills a message (RFC 4391, RFC 4755). */
export function decodeInfiniband(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, LOCAL_ROUTE_BYTES)) return Layer.TRUNCATED
  const next = bytes[at + 1]! & NEXT_HEADER_MASK
  if (next === NEXT_RAW_IPV6) return Layer.IP
  if (next === NEXT_RAW_ETHER_TYPE) {
    if (!trySkip(cursor, RAW_HEADER_BYTES)) return Layer.TRUNCATED
    return layerOfTypeOnly(u16be(bytes, cursor.at - 2))
  }
  const routeBytes = next === NEXT_GLOBAL_ROUTE ? GLOBAL_ROUTE_BYTES : 0
  if (!trySkip(cursor, routeBytes + BASE_TRANSPORT_BYTES)) return Layer.TRUNCATED
  const opcode = bytes[cursor.at - BASE_TRANSPORT_BYTES]!
  const operation = opcode & OPERATION_MASK
  if (operation !== SEND_ONLY && operation !== SEND_ONLY_WITH_IMMEDIATE) return Layer.NOT_IP
  const immediateBytes = operation === SEND_ONLY ? 0 : IMMEDIATE_BYTES
  switch (opcode & SERVICE_MASK) {
    case SERVICE_RELIABLE_CONNECTION:
    case SERVICE_UNRELIABLE_CONNECTION:
      return trySkip(cursor, immediateBytes) ? decodeEncapsulation(bytes, cursor) : Layer.TRUNCATED
    case SERVICE_UNRELIABLE_DATAGRAM:
      return trySkip(cursor, DATAGRAM_BYTES + immediateBytes)
        ? decodeEncapsulation(bytes, cursor)
        : Layer.TRUNCATED
    default:
      return Layer.NOT_IP
  }
}

/** EtherType, and two bytes that are 0. */
const ENCAPSULATION_BYTES = 4

/** LINKTYPE_IPOIB: the header of RFC 4391 §6. Many captures have a global route header before it. */
export function decodeIpoib(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < ENCAPSULATION_BYTES) return Layer.TRUNCATED
  const layer = layerOfTypeOnly(u16be(bytes, at))
  if (layer !== Layer.NOT_IP && u16be(bytes, at + 2) === 0) return decodeEncapsulation(bytes, cursor)
  return trySkip(cursor, GLOBAL_ROUTE_BYTES) ? decodeEncapsulation(bytes, cursor) : Layer.TRUNCATED
}

function decodeEncapsulation(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, ENCAPSULATION_BYTES)) return Layer.TRUNCATED
  return u16be(bytes, at + 2) === 0 ? layerOfTypeOnly(u16be(bytes, at)) : Layer.NOT_IP
}
