import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

const ADDRESS_BYTES = 7
const MIN_ADDRESSES = 2
const MAX_ADDRESSES = 10
const LAST_ADDRESS = 0x01
const CONTROL_AND_PROTOCOL_BYTES = 2
/** Unnumbered information, with or without the poll bit. */
const CONTROL_MASK = 0xef
const UNNUMBERED_INFORMATION = 0x03
const PROTOCOL_IPV4 = 0xcc

/** LINKTYPE_AX25: amateur radio; unnumbered information with IP. Source: AX.25 2.2 §3. */
export function decodeAx25(bytes: Uint8Array, cursor: FrameCursor): number {
  let addresses = 0
  let isLast = false
  while (!isLast) {
    if (addresses === MAX_ADDRESSES) return Layer.MALFORMED
    if (!trySkip(cursor, ADDRESS_BYTES)) return Layer.TRUNCATED
    addresses += 1
    isLast = (bytes[cursor.at - 1]! & LAST_ADDRESS) !== 0
  }
  if (addresses < MIN_ADDRESSES) return Layer.MALFORMED
  const { at } = cursor
  if (!trySkip(cursor, CONTROL_AND_PROTOCOL_BYTES)) return Layer.TRUNCATED
  const isInformation = (bytes[at]! & CONTROL_MASK) === UNNUMBERED_INFORMATION
  return isInformation && bytes[at + 1] === PROTOCOL_IPV4 ? Layer.IP : Layer.NOT_IP
}

const KISS_COMMAND_MASK = 0x0f
const KISS_DATA = 0

/** LINKTYPE_AX25_KISS: a byte with port and command, then the frame. */
export function decodeAx25Kiss(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, 1)) return Layer.TRUNCATED
  return (bytes[at]! & KISS_COMMAND_MASK) === KISS_DATA ? decodeAx25(bytes, cursor) : Layer.NOT_IP
}
