import { u16be, u32be } from '../../bytes/endian.js'
import { dnsFit, isDnsHeader } from '../dns.js'
import { latin1 } from '../latin1.js'
import { serviceNumber } from '../services.js'
import { Fit, type Service } from '../speech.js'
import { tlsFit } from '../tls/records.js'

/** A service that is known by binary first bytes of a side. */
export interface BinaryForm {
  /** Its number among services. */
  readonly number: number
  /** True when it may begin with this byte. */
  mayBegin(first: number): boolean
  /** How bytes fit, at least one. @param isLast No more bytes will come. */
  look(bytes: Uint8Array, from: number, to: number, isLast: boolean): number
}

const SESSION_REQUEST = 0x81
const SESSION_ANSWER = 0x82
const SESSION_MESSAGE = 0
const TPKT_VERSION = 3
const MQTT_CONNECT = 0x10
const MQTT_CONNACK = 0x20

/** In the order in which they are tried. */
export const BINARY_FORMS: readonly BinaryForm[] = [
  form('tls', (first) => first >= 0x80 || (first >= 20 && first <= 24), tlsFit),
  form(
    'smb',
    (first) => first === SESSION_MESSAGE || first === SESSION_REQUEST || first === SESSION_ANSWER,
    smbFit,
  ),
  form('rdp', (first) => first === TPKT_VERSION, rdpFit),
  form('mqtt', (first) => first === MQTT_CONNECT || first === MQTT_CONNACK, mqttFit),
  form('http2', (first) => first === 0, settingsFit),
  form('stun', (first) => first < 0x40, stunStreamFit),
  form('dns', () => true, dnsStreamFit),
]

function form(service: Service, mayBegin: BinaryForm['mayBegin'], look: BinaryForm['look']): BinaryForm {
  return { number: serviceNumber(service), mayBegin, look }
}

const MAX_SESSION_REQUEST = 512

// NetBIOS session service (RFC 1002 section 4.3) or its header alone (MS-SMB2 2.1), then the mark of SMB 1, 2, or 3 encrypted or compressed.
function smbFit(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  const type = bytes[at]
  if (type === SESSION_REQUEST || type === SESSION_ANSWER) {
    if (to - at < 4) return Fit.NO
    const length = u16be(bytes, at + 2)
    if (bytes[at + 1] !== 0 || length > MAX_SESSION_REQUEST) return Fit.NO
    at += 4 + length
    if (to - at < 8) return Fit.NOT_YET
  }
  if (to - at < 8 || bytes[at] !== SESSION_MESSAGE) return Fit.NO
  const mark = bytes[at + 4]!
  const isNamed = bytes[at + 5] === 0x53 && bytes[at + 6] === 0x4d && bytes[at + 7] === 0x42
  return isNamed && mark >= 0xfc ? Fit.YES : Fit.NO
}

const TPKT_HEADER_BYTES = 4
const X224_CONNECT = 0xe0
const X224_CONFIRM = 0xd0
/** Length, type, both references, class. */
const X224_BYTES = 7

// An X.224 connection request or confirm in a TPKT (MS-RDPBCGR 2.2.1.1, 2.2.1.2). Other users of it have parameters there.
function rdpFit(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < TPKT_HEADER_BYTES + X224_BYTES || bytes[from] !== TPKT_VERSION || bytes[from + 1] !== 0)
    return Fit.NO
  const end = from + u16be(bytes, from + 2)
  const x224 = from + TPKT_HEADER_BYTES
  const type = bytes[x224 + 1]
  if (type !== X224_CONNECT && type !== X224_CONFIRM) return Fit.NO
  if (x224 + 1 + bytes[x224]! !== end) return Fit.NO
  if (end > to) return Fit.NOT_YET
  const at = x224 + X224_BYTES
  // Clients before RDP 5 send nothing more, as others do.
  if (at === end) return bytes[x224 + 6] === 0 ? Fit.MAYBE : Fit.NO
  const text = latin1(bytes, at, end)
  if (type === X224_CONNECT && /^Cookie: (?:mstshash|msts)=/.test(text)) return Fit.YES
  const isNegotiation = end - at === 8 && u16be(bytes, at + 2) === 0x0800
  const kind = bytes[at]!
  return isNegotiation && (type === X224_CONNECT ? kind === 1 : kind === 2 || kind === 3) ? Fit.YES : Fit.NO
}

// A CONNECT packet (MQTT 3.1.1 and 5 section 3.1), or its answer, which has nothing of its own.
function mqttFit(bytes: Uint8Array, from: number, to: number): number {
  if (bytes[from] === MQTT_CONNACK && to - from >= 4 && bytes[from + 1] === 2)
    return bytes[from + 2]! <= 1 && bytes[from + 3]! <= 5 ? Fit.MAYBE : Fit.NO
  if (bytes[from] !== MQTT_CONNECT) return Fit.NO
  let at = from + 1
  while (at < to && at < from + 4 && bytes[at]! >= 0x80) at += 1
  at += 1
  if (to - at < 9) return Fit.NO
  const name = latin1(bytes, at, at + 8)
  const is3 = name.startsWith('\0\x06MQIsdp')
  const level = bytes[at + (is3 ? 8 : 6)]!
  if (is3) return (level & 0x7f) === 3 ? Fit.YES : Fit.NO
  return name.startsWith('\0\x04MQTT') && (level & 0x7f) >= 3 && (level & 0x7f) <= 5 ? Fit.YES : Fit.NO
}

const SETTINGS = 4
const SETTING_BYTES = 6
const MAX_SETTINGS = 32

// A server's first frame (RFC 9113 section 3.4): SETTINGS, of no stream.
function settingsFit(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 9 || bytes[from] !== 0) return Fit.NO
  const length = u16be(bytes, from + 1)
  if (length % SETTING_BYTES !== 0 || length > MAX_SETTINGS * SETTING_BYTES) return Fit.NO
  if (bytes[from + 3] !== SETTINGS || bytes[from + 4] !== 0) return Fit.NO
  if (u16be(bytes, from + 5) + u16be(bytes, from + 7) !== 0) return Fit.NO
  const setting = from + 9
  if (length === 0) return Fit.MAYBE
  return to - setting >= 2 && u16be(bytes, setting) <= 0x10 ? Fit.YES : Fit.NO
}

const STUN_COOKIE = 0x2112_a442
const FRAME_LENGTH_BYTES = 2

// RFC 8489 section 6.2.2; with a length before each message as in RFC 4571, where ICE uses TCP (RFC 6544 section 3).
function stunStreamFit(bytes: Uint8Array, from: number, to: number): number {
  for (const at of [from, from + FRAME_LENGTH_BYTES]) {
    if (to - at < 8 || bytes[at]! >= 0x40 || u16be(bytes, at + 2) % 4 !== 0) continue
    if (u32be(bytes, at + 4) === STUN_COOKIE) return Fit.YES
  }
  return Fit.NO
}

const DNS_LENGTH_BYTES = 2
const LEAST_DNS_BYTES = 17
const DNS_HEADER_BYTES = 12

// RFC 1035 section 4.2.2.
function dnsStreamFit(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
  const length = u16be(bytes, from)
  if (length < LEAST_DNS_BYTES) return Fit.NO
  const end = from + DNS_LENGTH_BYTES + length
  if (to - from < DNS_LENGTH_BYTES + DNS_HEADER_BYTES) return Fit.NOT_YET
  if (!isDnsHeader(bytes, from + DNS_LENGTH_BYTES)) return Fit.NO
  if (u16be(bytes, from + DNS_LENGTH_BYTES + 4) === 0) return Fit.NO // no question
  if (end > to && !isLast) return Fit.NOT_YET
  return dnsFit(bytes, from + DNS_LENGTH_BYTES, Math.min(end, to), end > to, false)
}
