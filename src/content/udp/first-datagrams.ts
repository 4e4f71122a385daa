import { u16be, u32be } from '../../bytes/endian.js'
import { dnsFit } from '../dns.js'
import { latin1 } from '../latin1.js'
import { quicFit } from '../quic/long-header.js'
import { serviceNumber } from '../services.js'
import { Fit, type Service } from '../speech.js'
import { isLineOf, LineKind, lineKind } from '../tcp/first-text.js'
import { dtlsFit } from '../tls/dtls.js'

/** A service that is known by a datagram. */
interface DatagramForm {
  readonly number: number
  /** @param ports The ports of both sides. They make no service, but decide where little is said. */
  look(bytes: Uint8Array, from: number, to: number, ports: Ports): number
}

export type Ports = readonly [number, number]

/** Multicast DNS, LLMNR, NetBIOS names: answers have no question. */
const LOCAL_DNS_PORTS: readonly number[] = [5353, 5355, 137]
const STUN_PORT = 3478
const NTP_PORT = 123
const LINE_BYTES = 1024

/** In the order in which they are tried. */
const DATAGRAM_FORMS: readonly DatagramForm[] = [
  form('dns', dnsDatagramFit),
  form('quic', quicFit),
  form('stun', stunFit),
  form('dtls', dtlsFit),
  form('dhcp', dhcpFit),
  form('ntp', ntpFit),
  form('sip', sipFit),
  form('smb', smbFit),
]

function form(service: Service, look: DatagramForm['look']): DatagramForm {
  return { number: serviceNumber(service), look }
}

/** The number of the service that the datagram `bytes[from, to)` is of for sure; below 0: -1, or -2 and the number of the first that it may be of. */
export function datagramVerdict(bytes: Uint8Array, from: number, to: number, ports: Ports): number {
  let verdict = -1
  for (const { number, look } of DATAGRAM_FORMS) {
    const fit = look(bytes, from, to, ports)
    if (fit === Fit.YES) return number
    if (fit === Fit.MAYBE && verdict === -1) verdict = -2 - number
  }
  return verdict
}

function dnsDatagramFit(bytes: Uint8Array, from: number, to: number, ports: Ports): number {
  const mayLackQuestion = LOCAL_DNS_PORTS.includes(ports[0]) || LOCAL_DNS_PORTS.includes(ports[1])
  return dnsFit(bytes, from, to, false, mayLackQuestion)
}

const STUN_HEADER_BYTES = 20
const STUN_COOKIE = 0x2112_a442
const OLD_STUN_TYPES: ReadonlySet<number> = new Set([1, 0x101, 0x111])
const MAX_ATTRIBUTES = 64

// RFC 8489 section 5; without the cookie as in RFC 3489, where the attributes or the port must speak for it.
function stunFit(bytes: Uint8Array, from: number, to: number, ports: Ports): number {
  if (to - from < STUN_HEADER_BYTES || bytes[from]! >= 0x40) return Fit.NO
  const length = u16be(bytes, from + 2)
  if (length % 4 !== 0 || from + STUN_HEADER_BYTES + length > to) return Fit.NO
  if (u32be(bytes, from + 4) === STUN_COOKIE) return Fit.YES
  if (!OLD_STUN_TYPES.has(u16be(bytes, from)) || from + STUN_HEADER_BYTES + length !== to) return Fit.NO
  if (length === 0) return ports.includes(STUN_PORT) ? Fit.YES : Fit.MAYBE
  let at = from + STUN_HEADER_BYTES
  for (let i = 0; at < to; i++) {
    if (i === MAX_ATTRIBUTES || to - at < 4 || u16be(bytes, at) === 0) return Fit.NO
    at += 4 + ((u16be(bytes, at + 2) + 3) & ~3)
  }
  return at === to ? Fit.YES : Fit.NO
}

const DHCP_COOKIE_AT = 236
const LEAST_DHCP_BYTES = 28
const DHCP_SERVER_PORT = 67
const DHCP_COOKIE = 0x6382_5363

// RFC 2131 section 2. Where the capture cut it off before the cookie, the port must speak for it.
function dhcpFit(bytes: Uint8Array, from: number, to: number, ports: Ports): number {
  if (to - from < LEAST_DHCP_BYTES || (bytes[from] !== 1 && bytes[from] !== 2)) return Fit.NO
  if (to - from < DHCP_COOKIE_AT + 4) {
    return ports.includes(DHCP_SERVER_PORT) && bytes[from + 1] === 1 && bytes[from + 2] === 6
      ? Fit.YES
      : Fit.NO
  }
  return bytes[from + 2]! <= 16 && u32be(bytes, from + DHCP_COOKIE_AT) === DHCP_COOKIE ? Fit.YES : Fit.NO
}

const NTP_BYTES = 48
const NTP_CONTROL_BYTES = 8
const MAX_STRATUM = 16
const NTP_CLIENT = 3
const NTP_SERVER = 4

// RFC 5905 section 7.3; control messages (RFC 9327) and those of ntpdc on its port alone. Elsewhere a client and a server must speak.
function ntpFit(bytes: Uint8Array, from: number, to: number, ports: Ports): number {
  if (to - from < NTP_CONTROL_BYTES) return Fit.NO
  const version = (bytes[from]! >> 3) & 7
  const mode = bytes[from]! & 7
  const isAtPort = ports.includes(NTP_PORT)
  if (version === 0 || version > 4 || mode === 0) return Fit.NO
  if (mode > 5) return isAtPort ? Fit.YES : Fit.NO
  const isSize = to - from === NTP_BYTES || (to - from > NTP_BYTES && (to - from - NTP_BYTES) % 4 === 0)
  if (!isSize || bytes[from + 1]! > MAX_STRATUM) return Fit.NO
  if (isAtPort) return Fit.YES
  const isShort = to - from <= NTP_BYTES + 24
  return isShort && version >= 3 && (mode === NTP_CLIENT || mode === NTP_SERVER) ? Fit.MAYBE : Fit.NO
}

const MESSAGE_BYTES = 82
const SMB_MARK = 0xff534d42

// A NetBIOS datagram with two names (RFC 1002 section 4.4.2) and SMB, as browsers of a network send.
function smbFit(bytes: Uint8Array, from: number, to: number): number {
  const type = bytes[from]!
  if (to - from < MESSAGE_BYTES + 4 || type < 0x10 || type > 0x12) return Fit.NO
  return u32be(bytes, from + MESSAGE_BYTES) === SMB_MARK ? Fit.YES : Fit.NO
}

function sipFit(bytes: Uint8Array, from: number, to: number): number {
  if (from === to) return Fit.NO
  const line = lineKind(bytes, from, Math.min(to, from + LINE_BYTES))
  if (line === LineKind.NO_TEXT) return Fit.NO
  const end = line === LineKind.OPEN ? Math.min(to, from + LINE_BYTES) : line
  return isLineOf('sip', latin1(bytes, from, end)) ? Fit.YES : Fit.NO
}
