import { type FrameCursor, Layer } from '../frame-cursor.js'
import { exactIp, isEthernetWithIp } from './ip-claim.js'

const LABEL_BYTES = 4
const BOTTOM_OF_STACK = 0x01
const CONTROL_WORD_BYTES = 4

/**
 * A label stack over UDP, RFC 7510 §3. Labels can be anything: it is one when an IP packet fills the rest, or a
 * pseudowire's Ethernet frame has IP inside.
 */
export function decodeMplsInUdp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to, wireTo } = cursor
  let next = at
  do {
    next += LABEL_BYTES
    if (next > to) return Layer.TRUNCATED
  } while ((bytes[next - 2]! & BOTTOM_OF_STACK) === 0)
  const isMpls =
    exactIp(bytes, next, to, wireTo) ||
    isEthernetWithIp(bytes, next, to, wireTo) ||
    isEthernetWithIp(bytes, next + CONTROL_WORD_BYTES, to, wireTo)
  return isMpls ? Layer.MPLS : Layer.NOT_IP
}

/** A label stack as an IP protocol of its own, RFC 4023 §3. */
export function decodeMplsInIp(): number {
  return Layer.MPLS
}
