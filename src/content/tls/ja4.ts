import { hash } from 'node:crypto'
import { type ClientHello, Extension, isGrease } from './hello.js'

const HASH_LETTERS = 12
const NO_HASH = '0'.repeat(HASH_LETTERS)
const MOST_COUNTED = 99

/** What carries the ClientHello. */
export type Carrier = 'tcp' | 'quic' | 'dtls'

const CARRIER_LETTERS: Readonly<Record<Carrier, string>> = { tcp: 't', quic: 'q', dtls: 'd' }

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0x0304, '13'],
  [0x0303, '12'],
  [0x0302, '11'],
  [0x0301, '10'],
  [0x0300, 's3'],
  [0x0002, 's2'],
  [0xfeff, 'd1'],
  [0xfefd, 'd2'],
  [0xfefc, 'd3'],
])

/**
 * JA4, the fingerprint of a TLS client, of a whole ClientHello.
 *
 * Source: https://github.com/FoxIO-LLC/ja4, technical_details/JA4.md (BSD 3-clause).
 */
export function ja4(hello: ClientHello, carrier: Carrier): string {
  const ciphers = hello.ciphers.filter((value) => !isGrease(value))
  const extensions = hello.extensions.filter((value) => !isGrease(value))
  const algorithms = hello.signatureAlgorithms.filter((value) => !isGrease(value))
  const told = extensions.filter((value) => value !== Extension.SERVER_NAME && value !== Extension.ALPN)
  const lists = [sorted(told), algorithms].filter((list) => list.length > 0).map(hexList)
  return (
    CARRIER_LETTERS[carrier] +
    (VERSIONS.get(newestVersion(hello, carrier)) ?? '00') +
    (extensions.includes(Extension.SERVER_NAME) ? 'd' : 'i') +
    counted(ciphers) +
    counted(extensions) +
    protocolLetters(hello.firstProtocol) +
    `_${hashOf(hexList(sorted(ciphers)))}` +
    `_${hashOf(lists.join('_'))}`
  )
}

// Versions of DTLS count down.
function newestVersion({ version, versions }: ClientHello, carrier: Carrier): number {
  const offered = versions.filter((value) => !isGrease(value))
  if (offered.length === 0) return version
  return carrier === 'dtls' ? Math.min(...offered) : Math.max(...offered)
}

function counted(list: readonly number[]): string {
  return String(Math.min(list.length, MOST_COUNTED)).padStart(2, '0')
}

function sorted(list: readonly number[]): readonly number[] {
  return [...list].sort((a, b) => a - b)
}

function hexList(list: readonly number[]): string {
  return list.map((value) => value.toString(16).padStart(4, '0')).join(',')
}

function hashOf(text: string): string {
  return text === '' ? NO_HASH : hash('sha256', text, 'hex').slice(0, HASH_LETTERS)
}

// First and last character; of the hexadecimal digits where one of them is no letter or digit.
function protocolLetters(name: Uint8Array | null): string {
  const first = name?.[0]
  const last = name?.at(-1)
  if (first === undefined || last === undefined) return '00'
  if (isAlphanumeric(first) && isAlphanumeric(last)) return String.fromCharCode(first, last)
  const [high] = first.toString(16).padStart(2, '0')
  return `${high}${last.toString(16).at(-1)}`
}

function isAlphanumeric(byte: number): boolean {
  return /[0-9A-Za-z]/.test(String.fromCharCode(byte))
}
