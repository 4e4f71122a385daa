import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { decodeNfnetlink, PAYLOAD_OF_LOG, PAYLOAD_OF_QUEUE } from './nflog.js'

const COOKED_BYTES = 16
const FAMILY = 14
const FAMILY_NETFILTER = 12
const MESSAGE_BYTES = 16
const MESSAGE_TYPE = 4
/** The message type has the number of a subsystem in its high byte, and 0 in its low one for a packet. */
const SUBSYSTEM_QUEUE = 3
const SUBSYSTEM_LOG = 4

/** LINKTYPE_NETLINK: a cooked header whose protocol is a netlink family, then a message. */
export function decodeNetlink(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at } = cursor
  if (!trySkip(cursor, COOKED_BYTES)) return Layer.TRUNCATED
  return decodeNetlinkMessage(bytes, cursor, u16be(bytes, at + FAMILY))
}

/**
 * A packet that netfilter logs (NFLOG) or queues (NFQUEUE), in a message of the family netfilter. Byte order is that of
 * the host: the type's subsystem is a small number and its low byte 0.
 */
export function decodeNetlinkMessage(bytes: Uint8Array, cursor: FrameCursor, family: number): number {
  const { at } = cursor
  if (family !== FAMILY_NETFILTER) return Layer.NOT_IP
  if (!trySkip(cursor, MESSAGE_BYTES)) return Layer.TRUNCATED
  const low = bytes[at + MESSAGE_TYPE]!
  const high = bytes[at + MESSAGE_TYPE + 1]!
  if (low !== 0 && high !== 0) return Layer.NOT_IP // no packet
  switch (low | high) {
    case SUBSYSTEM_LOG:
      return decodeNfnetlink(bytes, cursor, PAYLOAD_OF_LOG)
    case SUBSYSTEM_QUEUE:
      return decodeNfnetlink(bytes, cursor, PAYLOAD_OF_QUEUE)
    default:
      return Layer.NOT_IP
  }
}
