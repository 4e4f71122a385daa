import { u16be } from '../../bytes/endian.js'
import { HandshakeType } from '../tls/hello.js'
import { MESSAGE_HEADER_BYTES, RECORD_HEADER_BYTES, RecordType } from '../tls/records.js'

const LINE_FEED = 10
const TPKT = 3

/**
 * Where a client goes over to TLS (STARTTLS, AUTH TLS, or after the connection request of RDP) in its first bytes `bytes[from, to)`:
 * the position of its ClientHello's record, behind a line or a TPKT; -1: nowhere.
 */
export function laterHello(bytes: Uint8Array, from: number, to: number): number {
  const behindTpkt = bytes[from] === TPKT && to - from >= 4 ? from + u16be(bytes, from + 2) : -1
  const last = to - RECORD_HEADER_BYTES - MESSAGE_HEADER_BYTES
  for (let at = from; at <= last; at++) {
    if (bytes[at] !== RecordType.HANDSHAKE || bytes[at + RECORD_HEADER_BYTES] !== HandshakeType.CLIENT_HELLO)
      continue
    const isBegin = (at > from && bytes[at - 1] === LINE_FEED) || at === behindTpkt
    if (isBegin && bytes[at + 1] === 3 && bytes[at + 2]! <= 4) return at
  }
  return -1
}
