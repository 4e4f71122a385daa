import { u16be, u32be } from '../../bytes/endian.js'
import { EncapKind } from '../encap-table.js'
import { endAt, type FrameCursor, Layer } from '../frame-cursor.js'
import type { IpHeader } from '../ip-header.js'
import { IpProtocol } from '../transport-packet.js'
import { exactIp } from './ip-claim.js'

// ESP (RFC 4303 §2): SPI and sequence number, content, padding 1, 2, 3 …, its length, the next header, a check value.
const HEADER_BYTES = 8
const TRAILER_BYTES = 2
/** Smaller ones are reserved. */
const LEAST_SPI = 256
const ALIGNMENT = 4

/**
 * Bytes before the content and behind the trailer, where nothing is encrypted (RFC 5879 §8.1): the check values of the
 * usual algorithms, and GMAC's with its initialization vector.
 */
const LAYOUTS: readonly (readonly [vector: number, check: number])[] = [
  [0, 12],
  [0, 16],
  [0, 24],
  [0, 32],
  [8, 16],
  [0, 0],
]

const UDP_LENGTH = 4
const UDP_CHECKSUM = 6
const UDP_HEADER_BYTES = 8
const TCP_DATA_OFFSET = 12
const TCP_HEADER_BYTES = 20

/**
 * End of the content at `from` if a trailer without encryption ends at `end`: its padding is as it must be. -1: there is
 * none. Of encrypted content one in some hundred looks like this, so the content must prove itself, too.
 */
function contentEnd(bytes: Uint8Array, from: number, end: number): number {
  if (end - from <= TRAILER_BYTES || (end - from) % ALIGNMENT !== 0) return -1
  const padding = bytes[end - TRAILER_BYTES]!
  const contentTo = end - TRAILER_BYTES - padding
  for (let i = 0; i < padding; i++) if (bytes[contentTo + i] !== i + 1) return -1
  return contentTo > from ? contentTo : -1
}

/** An IP packet in ESP that encrypts nothing (tunnel mode). It must fill what the trailer leaves exactly. */
export function decodeEsp(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to !== cursor.wireTo || to - at < HEADER_BYTES || u32be(bytes, at) < LEAST_SPI) return Layer.NOT_IP
  for (const [vector, check] of LAYOUTS) {
    const from = at + HEADER_BYTES + vector
    const contentTo = contentEnd(bytes, from, to - check)
    if (contentTo < 0) continue
    const next = bytes[to - check - 1]
    const version = next === IpProtocol.IPV4 ? 4 : next === IpProtocol.IPV6 ? 6 : 0
    if (bytes[from]! >> 4 !== version || !exactIp(bytes, from, contentTo, contentTo)) continue
    cursor.encaps.push(EncapKind.ESP, 0)
    cursor.at = from
    endAt(cursor, contentTo)
    return Layer.IP
  }
  return Layer.NOT_IP
}

/**
 * Moves `ip` to the TCP segment or UDP datagram in ESP that encrypts nothing (transport mode). Its checksum must be
 * right, its length that of the content.
 *
 * @returns Whether there is one; else `ip` is as it was.
 */
export function openEspTransport(bytes: Uint8Array, ip: IpHeader): boolean {
  const { at, to } = ip
  if (to !== ip.wireTo || to - at < HEADER_BYTES || u32be(bytes, at) < LEAST_SPI) return false
  for (const [vector, check] of LAYOUTS) {
    const from = at + HEADER_BYTES + vector
    const contentTo = contentEnd(bytes, from, to - check)
    if (contentTo < 0) continue
    const next = bytes[to - check - 1]!
    if (!isTransport(bytes, from, contentTo, next) || !isChecked(bytes, ip, from, contentTo, next)) continue
    ip.protocol = next
    ip.at = from
    ip.to = contentTo
    ip.wireTo = contentTo
    return true
  }
  return false
}

function isTransport(bytes: Uint8Array, from: number, to: number, protocol: number): boolean {
  if (protocol === IpProtocol.UDP) {
    return (
      to - from >= UDP_HEADER_BYTES &&
      u16be(bytes, from + UDP_LENGTH) === to - from &&
      u16be(bytes, from + UDP_CHECKSUM) !== 0
    )
  }
  if (protocol !== IpProtocol.TCP || to - from < TCP_HEADER_BYTES) return false
  const headerBytes = (bytes[from + TCP_DATA_OFFSET]! >> 4) * 4
  return headerBytes >= TCP_HEADER_BYTES && headerBytes <= to - from
}

/** True when the internet checksum over `[from, to)` and the pseudo-header (RFC 9293 §3.1) is right. */
function isChecked(bytes: Uint8Array, ip: IpHeader, from: number, to: number, protocol: number): boolean {
  let sum = protocol + (to - from)
  if (ip.version === 4) sum += (ip.src >>> 16) + (ip.src & 0xffff) + (ip.dst >>> 16) + (ip.dst & 0xffff)
  else for (let i = 0; i < 16; i += 2) sum += u16be(bytes, ip.src + i) + u16be(bytes, ip.dst + i)
  for (let at = from; at + 1 < to; at += 2) sum += u16be(bytes, at)
  if ((to - from) % 2 === 1) sum += bytes[to - 1]! << 8
  return sum % 0xffff === 0
}
