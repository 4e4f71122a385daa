import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'

const NLPID_IPV6 = 0x8e
const NLPID_IPV4 = 0xcc
const NLPID_PPP = 0xcf
const NLPID_PADDING = 0x00

/** A network layer protocol identifier (ISO/IEC TR 9577), with or without a padding byte before it. */
export function decodeNlpid(bytes: Uint8Array, cursor: FrameCursor): number {
  if (cursor.to - cursor.at >= 2 && bytes[cursor.at] === NLPID_PADDING) cursor.at += 1
  const { at } = cursor
  if (!trySkip(cursor, 1)) return Layer.TRUNCATED
  switch (bytes[at]) {
    case NLPID_IPV4:
    case NLPID_IPV6:
      return Layer.IP
    case NLPID_PPP:
      return Layer.PPP
    default:
      return Layer.NOT_IP
  }
}
