import { QuicHello } from '../quic/client-hello.js'
import type { Speech } from '../speech.js'
import type { Talk } from '../talk.js'
import { DtlsHello } from '../tls/dtls.js'
import { HandshakeType } from '../tls/hello.js'
import { type HelloFacts, helloFacts } from '../tls/hello-facts.js'

/** Datagrams of a connection in which a ClientHello is looked for. */
const HELLO_DATAGRAMS = 32
const MAX_BYTES = 16 * 1024
const QUIC_TRIES = 16
const MESSAGE_HEADER_BYTES = 4

/** Reads the ClientHello of one connection of datagrams that is known to be QUIC or DTLS. */
export class DatagramTalk implements Talk {
  readonly #service: 'quic' | 'dtls'
  #datagrams: number
  #quic: QuicHello | null = null
  #dtls: DtlsHello | null = null
  #hello: HelloFacts | null = null
  isOver = false

  /** @param datagramsBefore Datagrams that came before the service was known. */
  constructor(service: 'quic' | 'dtls', datagramsBefore: number) {
    this.#service = service
    this.#datagrams = datagramsBefore
  }

  data(_: 0 | 1, bytes: Uint8Array, from: number, to: number): void {
    if (this.isOver) return
    this.#datagrams += 1
    if (this.#service === 'quic') this.#takeQuic(bytes, from, to)
    else this.#takeDtls(bytes, from, to)
    if (this.#datagrams >= HELLO_DATAGRAMS) this.#finishHello()
  }

  gap(): void {}

  end(): Speech {
    this.#finishHello()
    const { serverName = null, alpn = null, ja4 = null } = this.#hello ?? {}
    return { service: this.#service, serverName, alpn, ja4 }
  }

  #takeQuic(bytes: Uint8Array, from: number, to: number): void {
    this.#quic ??= new QuicHello(MAX_BYTES, QUIC_TRIES)
    this.#quic.take(bytes, from, to)
    const { stream, isOver } = this.#quic
    const isWhole = stream.length >= MESSAGE_HEADER_BYTES && stream.length >= messageEnd(stream)
    if (isWhole || isOver) this.#finishHello()
  }

  #takeDtls(bytes: Uint8Array, from: number, to: number): void {
    this.#dtls ??= new DtlsHello(MAX_BYTES)
    this.#dtls.take(bytes, from, to)
    if (this.#dtls.isOver) this.#finishHello()
  }

  // Reads what there is of the hello, and lets go of it.
  #finishHello(): void {
    this.isOver = true
    if (this.#quic !== null) {
      const { stream } = this.#quic
      if (stream.length > MESSAGE_HEADER_BYTES && stream[0] === HandshakeType.CLIENT_HELLO) {
        const end = messageEnd(stream)
        const to = Math.min(end, stream.length)
        this.#hello = helloFacts(stream, MESSAGE_HEADER_BYTES, to, end > to, 'quic')
      }
    }
    if (this.#dtls !== null) {
      const { body, isWhole } = this.#dtls
      if (body.length > 0) this.#hello = helloFacts(body, 0, body.length, !isWhole, 'dtls')
    }
    this.#quic = null
    this.#dtls = null
  }
}

function messageEnd(stream: Uint8Array): number {
  return MESSAGE_HEADER_BYTES + ((stream[1]! << 16) | (stream[2]! << 8) | stream[3]!)
}
