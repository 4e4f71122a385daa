import { type ClientHello, readClientHello } from './hello.js'
import { type Carrier, ja4 } from './ja4.js'

/** What an index tells of a ClientHello. */
export interface HelloFacts {
  readonly serverName: string | null
  readonly alpn: string | null
  /** Null: the hello is not whole. */
  readonly ja4: string | null
}

/** Reads the body `bytes[from, to)` of a ClientHello. @param isCut True when there is more of it than is given. */
export function helloFacts(
  bytes: Uint8Array,
  from: number,
  to: number,
  isCut: boolean,
  carrier: Carrier,
): HelloFacts {
  const hello: ClientHello = readClientHello(bytes, from, to, isCut, carrier === 'dtls')
  const { serverName, alpn, isWhole } = hello
  return { serverName, alpn, ja4: isWhole ? ja4(hello, carrier) : null }
}
