import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

/** Two addresses of eight bytes, RFC 2625 §3.1. */
const NETWORK_HEADER_BYTES = 16

/** LINKTYPE_IP_OVER_FC: a network header, then LLC. */
export function decodeIpOverFibreChannel(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, NETWORK_HEADER_BYTES) ? Layer.LLC : Layer.TRUNCATED
}

const FRAME_HEADER_BYTES = 24
const TYPE = 8
const TYPE_IP = 0x05
const DATA_FIELD_CONTROL = 13
const HAS_NETWORK_HEADER = 0x20

/** LINKTYPE_FC_2: a frame without delimiters. Only the first of a sequence has a network header (RFC 4338 §4). */
export function decodeFibreChannel(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, FRAME_HEADER_BYTES)) return Layer.TRUNCATED
  if (bytes[at + TYPE] !== TYPE_IP) return Layer.NOT_IP
  if ((bytes[at + DATA_FIELD_CONTROL]! & HAS_NETWORK_HEADER) === 0) return Layer.PART
  return decodeIpOverFibreChannel(bytes, cursor)
}
