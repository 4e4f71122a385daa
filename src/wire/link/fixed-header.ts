import { u16be } from '../../bytes/endian.js'
import { type FrameCursor, Layer, trySkip } from '../frame-cursor.js'
import { layerOfTypeOnly } from './ether-type.js'

// Link types whose header has a fixed length and no field that is needed, except in some an EtherType.

const FIREWIRE_BYTES = 18

/** LINKTYPE_APPLE_IP_OVER_IEEE1394: two addresses of eight bytes and an EtherType. */
export function decodeFirewire(bytes: Uint8Array, cursor: FrameCursor): number {
  if (!trySkip(cursor, FIREWIRE_BYTES)) return Layer.TRUNCATED
  return layerOfTypeOnly(u16be(bytes, cursor.at - 2))
}

const IPNET_BYTES = 24

/** LINKTYPE_IPNET: Solaris's header, then an IP packet. */
export function decodeIpnet(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, IPNET_BYTES) ? Layer.IP : Layer.TRUNCATED
}

const SLIP_BYTES = 16

/** LINKTYPE_SLIP: BSD's header (direction, compressed TCP header), then the IP packet, always uncompressed. */
export function decodeSlip(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, SLIP_BYTES) ? Layer.IP : Layer.TRUNCATED
}

const ENC_BYTES = 12

/** LINKTYPE_ENC: OpenBSD's header for a packet inside IPsec: address family, SPI, flags. */
export function decodeEnc(_bytes: Uint8Array, cursor: FrameCursor): number {
  return trySkip(cursor, ENC_BYTES) ? Layer.IP : Layer.TRUNCATED
}

const SYMANTEC_V2_BYTES = 44
const SYMANTEC_V2_ETHER_TYPE = 6
const SYMANTEC_V3_BYTES = 56
const SYMANTEC_V3_ETHER_TYPE = 20

/** LINKTYPE_SYMANTEC_FIREWALL: one of two headers of zeros, recognized by the position of the EtherType. */
export function decodeSymantec(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < SYMANTEC_V2_BYTES) return Layer.TRUNCATED
  const v2 = u16be(bytes, at + SYMANTEC_V2_ETHER_TYPE)
  const v3 = u16be(bytes, at + SYMANTEC_V3_ETHER_TYPE)
  if ((v2 === 0) === (v3 === 0)) return Layer.NOT_IP
  if (!trySkip(cursor, v2 !== 0 ? SYMANTEC_V2_BYTES : SYMANTEC_V3_BYTES)) return Layer.TRUNCATED
  return layerOfTypeOnly(v2 !== 0 ? v2 : v3)
}
