import { EncapKind } from '../encap-table.js'
import { type FrameCursor, Layer } from '../frame-cursor.js'
import { IpProtocol } from '../transport-packet.js'
import { ipOfVersion } from './ip-claim.js'

const HEADER_BYTES = 8
const NEXT_HEADER = 3
const OPCODE_MASK = 0x0f
const OPCODE_FORWARD = 1
const SIGNATURE_WORD_BYTES = 4

/** AYIYA: who sent it, a signature, and an IP packet. Source: draft-massar-v6ops-ayiya-02 §3. */
export function decodeAyiya(bytes: Uint8Array, cursor: FrameCursor): number {
  const { at, to } = cursor
  if (to - at < HEADER_BYTES) return Layer.TRUNCATED
  if ((bytes[at + 2]! & OPCODE_MASK) !== OPCODE_FORWARD) return Layer.NOT_IP
  const identityBytes = 2 ** (bytes[at]! >> 4)
  const signatureBytes = (bytes[at + 1]! >> 4) * SIGNATURE_WORD_BYTES
  cursor.encaps.push(EncapKind.AYIYA, 0)
  cursor.at = at + HEADER_BYTES + identityBytes + signatureBytes
  switch (bytes[at + NEXT_HEADER]) {
    case IpProtocol.IPV4:
      return ipOfVersion(bytes, cursor, 4)
    case IpProtocol.IPV6:
      return ipOfVersion(bytes, cursor, 6)
    default:
      return Layer.NOT_IP
  }
}
