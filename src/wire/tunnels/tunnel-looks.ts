import { u16be } from '../../bytes/endian.js'
import { fittingIp, isEthernetWithIp } from './ip-claim.js'

/** True when the payload `bytes[at, to)`, which ended at `wireTo` on the wire, looks like that of a tunnel. */
type LooksLike = (bytes: Uint8Array, at: number, to: number, wireTo: number) => boolean

/** Tunnels that have enough to be told by what they hold: each needs an inner IP packet of a length that fits. */
export const TUNNEL_LOOKS: readonly (readonly [name: string, looksLike: LooksLike])[] = [
  ['vxlan', looksLikeVxlan],
  ['geneve', looksLikeGeneve],
  ['gtpu', looksLikeGtpU],
]

// RFC 7348 §5: one flag, and nothing in what is reserved.
function looksLikeVxlan(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  if (to - at < 8 || u16be(bytes, at) !== 0x0800 || u16be(bytes, at + 2) !== 0 || bytes[at + 7] !== 0)
    return false
  return isEthernetWithIp(bytes, at + 8, to, wireTo)
}

// RFC 8926 §3.4: version 0, options of so many words, and the type of what follows.
function looksLikeGeneve(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  if (to - at < 8 || bytes[at]! >> 6 !== 0 || (bytes[at + 1]! & 0x3f) !== 0 || bytes[at + 7] !== 0)
    return false
  const inside = at + 8 + 4 * (bytes[at]! & 0x3f)
  const type = u16be(bytes, at + 2)
  if (type === 0x6558) return isEthernetWithIp(bytes, inside, to, wireTo)
  return (type === 0x0800 || type === 0x86dd) && fittingIp(bytes, inside, to, wireTo)
}

// 3GPP TS 29.281 §5.1: version 1, a G-PDU without extensions whose length fits.
function looksLikeGtpU(bytes: Uint8Array, at: number, to: number, wireTo: number): boolean {
  if (to - at < 8 || bytes[at] !== 0x30 || bytes[at + 1] !== 0xff) return false
  return u16be(bytes, at + 2) === wireTo - at - 8 && fittingIp(bytes, at + 8, to, wireTo)
}
