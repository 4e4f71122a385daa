import { createHmac, hkdfSync } from 'node:crypto'
import { QUIC_V1, QUIC_V2 } from './long-header.js'

const SECRET_BYTES = 32
const KEY_BYTES = 16
const IV_BYTES = 12

/** The keys of a client's Initial packets. Anybody can compute them: they protect against accidents alone. */
export interface InitialKeys {
  readonly key: Buffer
  readonly iv: Buffer
  readonly headerKey: Buffer
}

interface Salt {
  readonly salt: Buffer
  /** Begin of the labels. */
  readonly label: string
}

function row(salt: string, label = 'quic'): Salt {
  return { salt: Buffer.from(salt, 'hex'), label }
}

// RFC 9001 section 5.2, RFC 9369 section 3.3.1, and the drafts of the first; Google's that are encrypted.
const V1 = row('38762cf7f55934b34d179ae6a4c80cadccbb7f0a')
const V2 = row('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'quicv2')
const DRAFT_29 = row('afbfec289993d24c9e9786f19c6111e04390a899')
const DRAFT_23 = row('c3eef712c72ebb5a11a7d2432bb46365bef9f502')
const DRAFT_22 = row('7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a')
const GOOGLE: ReadonlyMap<number, Salt> = new Map([
  [0x5430_3530, row('7ff579e5acd072915580304c43a2367c60488310')],
  [0x5430_3531, row('7a4edef4e7ccee5fa4506c19124fc8ccda6e033d')],
])
const FACEBOOK: ReadonlyMap<number, Salt> = new Map([
  [0xface_b001, DRAFT_22],
  [0xface_b002, DRAFT_23],
  [0xface_b00e, DRAFT_23],
])

function saltOf(version: number): Salt | null {
  if (version === QUIC_V1) return V1
  if (version === QUIC_V2) return V2
  if (version >>> 8 !== 0xff0000) return GOOGLE.get(version) ?? FACEBOOK.get(version) ?? null
  const draft = version & 0xff
  if (draft >= 33) return V1
  if (draft >= 29) return DRAFT_29
  if (draft >= 23) return DRAFT_23
  return draft >= 21 ? DRAFT_22 : null
}

/**
 * The keys of a client that sends to the Destination Connection ID `bytes[from, to)`; null: those of the version are not known.
 *
 * Source: RFC 9001 sections 5.1 and 5.2.
 */
export function clientInitialKeys(
  version: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): InitialKeys | null {
  const salt = saltOf(version)
  if (salt === null) return null
  const info = labelBytes('client in', SECRET_BYTES)
  const secret = hkdfSync('sha256', bytes.subarray(from, to), salt.salt, info, SECRET_BYTES)
  const expand = (label: string, length: number) =>
    createHmac('sha256', new Uint8Array(secret))
      .update(labelBytes(`${salt.label} ${label}`, length))
      .update(Buffer.of(1))
      .digest()
      .subarray(0, length)
  return { key: expand('key', KEY_BYTES), iv: expand('iv', IV_BYTES), headerKey: expand('hp', KEY_BYTES) }
}

// HKDF-Expand-Label (RFC 8446 section 7.1) without context.
function labelBytes(label: string, length: number): Buffer {
  const text = `tls13 ${label}`
  return Buffer.concat([Buffer.of(0, length, text.length), Buffer.from(text), Buffer.of(0)])
}
