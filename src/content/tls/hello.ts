import { Cursor } from '../cursor.js'
import { hostText, MAX_NAME_BYTES, nameText } from '../name-text.js'

/** Types of handshake messages (RFC 8446 section 4, RFC 6347 section 4.3.2). */
export const HandshakeType = { CLIENT_HELLO: 1, SERVER_HELLO: 2, HELLO_VERIFY_REQUEST: 3 } as const

/** Types of extensions (IANA, TLS ExtensionType Values). */
export const Extension = {
  SERVER_NAME: 0,
  SIGNATURE_ALGORITHMS: 13,
  ALPN: 16,
  SUPPORTED_VERSIONS: 43,
} as const

const RANDOM_BYTES = 32
const EXTENSION_HEADER_BYTES = 4
const HOST_NAME = 0

/** What a ClientHello says, in its order. */
export interface ClientHello {
  /** False when the end is missing, or lengths contradict: then lists may be too short. */
  readonly isWhole: boolean
  readonly version: number
  readonly ciphers: readonly number[]
  readonly extensions: readonly number[]
  readonly signatureAlgorithms: readonly number[]
  /** Of the extension `supported_versions`. */
  readonly versions: readonly number[]
  readonly serverName: string | null
  /** The first protocol that is offered, as sent; null: none. */
  readonly firstProtocol: Uint8Array | null
  /** All of them, with commas, as `nameText()` makes them; null: none. */
  readonly alpn: string | null
}

/** True for values that clients draw to keep servers tolerant (RFC 8701): both bytes are the same, and end in `a`. */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)
}

/**
 * Reads the body of a ClientHello, `bytes[from, to)` (RFC 8446 section 4.1.2), as far as it is there.
 *
 * @param isCut     True when there is more of it than is given.
 * @param hasCookie True for DTLS before 1.3 (RFC 6347 section 4.2.1).
 */
export function readClientHello(
  bytes: Uint8Array,
  from: number,
  to: number,
  isCut: boolean,
  hasCookie: boolean,
): ClientHello {
  const cursor = new Cursor(bytes, from, to)
  const version = cursor.u16()
  cursor.skip(RANDOM_BYTES)
  cursor.skip(cursor.u8())
  if (hasCookie) cursor.skip(cursor.u8())
  const ciphers = readNumbers(cursor.part(cursor.u16()))
  cursor.skip(cursor.u8())
  const extensions: number[] = []
  let signatureAlgorithms: readonly number[] = []
  let versions: readonly number[] = []
  let serverName: string | null = null
  let protocols: readonly Uint8Array[] = []
  let isWhole = !isCut && !cursor.isShort
  // A hello of TLS 1.0 may end here.
  const list = cursor.left > 0 ? cursor.part(cursor.u16()) : new Cursor(bytes, to, to)
  while (list.left >= EXTENSION_HEADER_BYTES) {
    const type = list.u16()
    const body = list.part(list.u16())
    extensions.push(type)
    if (type === Extension.SERVER_NAME) serverName ??= readServerName(body)
    else if (type === Extension.SIGNATURE_ALGORITHMS) signatureAlgorithms = readNumbers(body.part(body.u16()))
    else if (type === Extension.ALPN) protocols = readProtocols(body)
    else if (type === Extension.SUPPORTED_VERSIONS) versions = readNumbers(body.part(body.u8()))
  }
  if (list.isShort || list.left > 0) isWhole = false
  const firstProtocol = protocols[0] ?? null
  const alpn = protocolsText(protocols)
  return {
    isWhole,
    version,
    ciphers,
    extensions,
    signatureAlgorithms,
    versions,
    serverName,
    firstProtocol,
    alpn,
  }
}

/** The ALPN protocol that a ServerHello with the body `bytes[from, to)` selects; null: none that can be read (TLS 1.3 encrypts it). */
export function selectedProtocol(bytes: Uint8Array, from: number, to: number): string | null {
  const cursor = new Cursor(bytes, from, to)
  cursor.skip(2 + RANDOM_BYTES)
  cursor.skip(cursor.u8())
  cursor.skip(3) // cipher, compression
  const list = cursor.part(cursor.u16())
  while (list.left > 0) {
    const type = list.u16()
    const body = list.part(list.u16())
    if (type === Extension.ALPN) return protocolsText(readProtocols(body))
  }
  return null
}

function readNumbers(list: Cursor): readonly number[] {
  const numbers: number[] = []
  while (list.left >= 2) numbers.push(list.u16())
  return numbers
}

// RFC 6066 section 3. A name that is cut is none.
function readServerName(body: Cursor): string | null {
  const list = body.part(body.u16())
  while (list.left > 0) {
    const type = list.u8()
    const name = list.part(list.u16())
    if (type === HOST_NAME) return name.isShort ? null : hostText(name.bytes, name.at, name.to)
  }
  return null
}

// RFC 7301 section 3.1.
function readProtocols(body: Cursor): readonly Uint8Array[] {
  const list = body.part(body.u16())
  const names: Uint8Array[] = []
  while (list.left > 0) {
    const name = list.part(list.u8())
    if (name.isShort) break
    names.push(name.bytes.slice(name.at, name.to)) // owned copy
  }
  return names
}

function protocolsText(names: readonly Uint8Array[]): string | null {
  let text = ''
  for (const name of names) {
    const isDrawn = name.length === 2 && isGrease((name[0]! << 8) | name[1]!)
    if (name.length === 0 || isDrawn) continue
    const next = `${text === '' ? '' : ','}${nameText(name, 0, name.length)}`
    if (text.length + next.length > MAX_NAME_BYTES) break
    text += next
  }
  return text === '' ? null : text
}
