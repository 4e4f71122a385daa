import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

const PROTOCOL_IPV4_OLD = 240
const PROTOCOL_IPV4 = 212
const PROTOCOL_IPV6 = 196
/** Bytes before the protocol. */
const BSD_ADDRESS_BYTES = 2
const LINUX_ADDRESS_BYTES = 4
/** The split flag and the sequence number, after the protocol. */
const SPLIT_BYTES = 3
const WHOLE = 0
/** Value of the split flag in an exception packet: protocol, split flag and sequence number follow again. */
const EXCEPTION = 0xff
const EXCEPTION_BYTES = 4

/** LINKTYPE_ARCNET_BSD: source, destination, protocol. */
export function decodeArcnet(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeArcnetFrame(bytes, cursor, BSD_ADDRESS_BYTES)
}

/** LINKTYPE_ARCNET_LINUX: source, destination, two unused bytes, protocol. */
export function decodeArcnetLinux(bytes: Uint8Array, cursor: FrameCursor): number {
  return decodeArcnetFrame(bytes, cursor, LINUX_ADDRESS_BYTES)
}

/** Packets split over several frames are not reassembled. Source: RFC 1051; RFC 1201 §2; RFC 2497. */
function decodeArcnetFrame(bytes: Uint8Array, cursor: FrameCursor, addressBytes: number): number {
  const protocolAt = cursor.at + addressBytes
  if (!trySkip(cursor, addressBytes + 1)) return Layer.TRUNCATED
  const protocol = bytes[protocolAt]
  if (protocol === PROTOCOL_IPV4_OLD) return Layer.IP
  if (protocol !== PROTOCOL_IPV4 && protocol !== PROTOCOL_IPV6) return Layer.NOT_IP
  if (!trySkip(cursor, SPLIT_BYTES)) return Layer.TRUNCATED
  let split = bytes[protocolAt + 1]!
  if (split === EXCEPTION) {
    if (!trySkip(cursor, EXCEPTION_BYTES)) return Layer.TRUNCATED
    split = bytes[protocolAt + 1 + EXCEPTION_BYTES]!
  }
  return split === WHOLE ? Layer.IP : Layer.PART
}
