import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { decodeAtm } from './atm.js'
import { decodeInfiniband } from './infiniband.js'
import { decodePppHdlc } from './ppp.js'

const TYPE = 8
const TYPE_MASK = 0x7f
const HAS_EXTENSION = 0x80
const HEADER_BYTES = 16
const EXTENSION_BYTES = 8
/** Offset and padding before an Ethernet frame. */
const ETHERNET_PAD_BYTES = 2
/** Channel and flags, before the frame of a multi-channel record. */
const CHANNEL_BYTES = 4
/** ATM cell header, before an AAL5 frame. */
const CELL_HEADER_BYTES = 4

const ErfType = {
  HDLC_POS: 1,
  ETH: 2,
  AAL5: 4,
  MC_HDLC: 5,
  MC_AAL5: 9,
  COLOR_HDLC_POS: 10,
  COLOR_ETH: 11,
  DSM_COLOR_HDLC_POS: 15,
  DSM_COLOR_ETH: 16,
  COLOR_MC_HDLC_POS: 17,
  COLOR_HASH_POS: 19,
  COLOR_HASH_ETH: 20,
  INFINIBAND: 21,
  IPV4: 22,
  IPV6: 23,
} as const

/**
 * LINKTYPE_ERF: a record of Endace's cards. Any number of extension headers, then a frame of one of many types.
 *
 * Source: Endace "ERF Extensible Record Format Types Reference Guide", EDM11-01.
 */
export function decodeErf(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, HEADER_BYTES)) return Layer.TRUNCATED
  const type = bytes[at + TYPE]!
  for (let extension = (type & HAS_EXTENSION) !== 0; extension; ) {
    if (!trySkip(cursor, EXTENSION_BYTES)) return Layer.TRUNCATED
    extension = (bytes[cursor.at - EXTENSION_BYTES]! & HAS_EXTENSION) !== 0
  }
  switch (type & TYPE_MASK) {
    case ErfType.ETH:
    case ErfType.COLOR_ETH:
    case ErfType.DSM_COLOR_ETH:
    case ErfType.COLOR_HASH_ETH:
      return trySkip(cursor, ETHERNET_PAD_BYTES) ? Layer.ETHERNET : Layer.TRUNCATED
    case ErfType.HDLC_POS:
    case ErfType.COLOR_HDLC_POS:
    case ErfType.DSM_COLOR_HDLC_POS:
    case ErfType.COLOR_HASH_POS:
      return decodePppHdlc(bytes, cursor)
    case ErfType.MC_HDLC:
    case ErfType.COLOR_MC_HDLC_POS:
      return trySkip(cursor, CHANNEL_BYTES) ? decodePppHdlc(bytes, cursor) : Layer.TRUNCATED
    case ErfType.AAL5:
      return trySkip(cursor, CELL_HEADER_BYTES) ? decodeAtm(bytes, cursor) : Layer.TRUNCATED
    case ErfType.MC_AAL5:
      return trySkip(cursor, CHANNEL_BYTES + CELL_HEADER_BYTES) ? decodeAtm(bytes, cursor) : Layer.TRUNCATED
    case ErfType.INFINIBAND:
      return decodeInfiniband(bytes, cursor)
    case ErfType.IPV4:
    case ErfType.IPV6:
      return Layer.IP
    default:
      return Layer.NOT_IP
  }
}
