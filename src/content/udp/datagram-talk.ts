import { QuicHello } from '../quic/client-hello.js'
import { Fit, NO_SPEECH, type Service, type Speech } from '../speech.js'
import type { Talk } from '../talk.js'
import { DtlsHello } from '../tls/dtls.js'
import { HandshakeType } from '../tls/hello.js'
import { type HelloFacts, helloFacts } from '../tls/hello-facts.js'
import { DATAGRAM_FORMS, type Ports } from './first-datagrams.js'

/** A service is known by so many datagrams, or not at all. */
const KNOWN_BY = 8
/** Datagrams that are looked at for a ClientHello. */
const HELLO_DATAGRAMS = 32
const MAX_BYTES = 16 * 1024
const QUIC_TRIES = 16
const MESSAGE_HEADER_BYTES = 4

/** Finds out what is spoken in one connection of datagrams. */
export class DatagramTalk implements Talk {
  readonly #ports: Ports
  readonly #possible: [Service | null, Service | null] = [null, null]
  #datagrams = 0
  #service: Service | null = null
  #quic: QuicHello | null = null
  #dtls: DtlsHello | null = null
  #hello: HelloFacts | null = null
  isOver = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  data(side: 0 | 1, bytes: Uint8Array, from: number, to: number): void {
    if (this.isOver) return
    this.#datagrams += 1
    if (this.#service === null) {
      this.#identify(side, bytes, from, to)
      if (this.#service === null) {
        this.isOver = this.#datagrams >= KNOWN_BY
        return
      }
    }
    if (this.#service === 'quic') this.#takeQuic(bytes, from, to)
    else if (this.#service === 'dtls') this.#takeDtls(bytes, from, to)
    else this.isOver = true
    if (this.#datagrams >= HELLO_DATAGRAMS) this.#finishHello()
  }

  gap(): void {}

  end(): Speech {
    this.#finishHello()
    if (this.#service === null) return NO_SPEECH
    const { serverName = null, alpn = null, ja4 = null } = this.#hello ?? {}
    return { service: this.#service, serverName, alpn, ja4 }
  }

  #identify(side: 0 | 1, bytes: Uint8Array, from: number, to: number): void {
    for (const { service, look } of DATAGRAM_FORMS) {
      const found = look(bytes, from, to, this.#ports)
      if (found === Fit.MAYBE) this.#possible[side] ??= service
      if (found !== Fit.YES && (found !== Fit.MAYBE || this.#possible[1 - side] !== service)) continue
      this.#service = service
      return
    }
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
