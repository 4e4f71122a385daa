import { EncapKind } from '../encap-table.js'
import type { FrameCursor, LayerDecoder } from '../frame-cursor.js'
import { ipOfVersion } from './ip-claim.js'

function ipInside(version: 4 | 6, kind: number): LayerDecoder {
  return (bytes: Uint8Array, cursor: FrameCursor): number => {
    cursor.encaps.push(kind, 0)
    return ipOfVersion(bytes, cursor, version)
  }
}

/** IPv4 in IPv4, RFC 2003. */
export const decode4In4 = ipInside(4, EncapKind.IP_IP)
/** IPv6 in IPv4, RFC 4213 §3. */
export const decode6In4 = ipInside(6, EncapKind.IP_6IN4)
/** IPv4 in IPv6, RFC 2473. */
export const decode4In6 = ipInside(4, EncapKind.IP_4IN6)
/** IPv6 in IPv6, RFC 2473. */
export const decode6In6 = ipInside(6, EncapKind.IP_6IN6)
