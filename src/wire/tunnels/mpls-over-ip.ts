import { type FrameCursor, Layer } from '../frame-cursor.js'
import { exactIp, isEthernetWithIp } from './ip-claim.js'

const LABEL_BYTES = 4
const BOTTOM_OF_STACK = 0x01
const CONTROL_WORD_BYTES = 4

/**
 * A label stack over UDP (RFC 7510 §3). Labels may have any value, so it is only accepted if an IP packet fills the
 * rest, or if a pseudowire's Ethernet frame with IP follows.
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

/** A label stack directly in IP (protocol 137), RFC 4023 §3. */
export function decodeMplsInIp(): number {
  return Layer.MPLS
}
