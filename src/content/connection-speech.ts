import { grown, grownRows } from '../bytes/grown.js'
import { HeldBudget } from './held-bytes.js'
import { PLAIN_SPEECHES, serviceNumber } from './services.js'
import { NO_SPEECH, type Speech } from './speech.js'
import type { Talk } from './talk.js'
import { httpSpeech } from './tcp/http-host.js'
import { behindProxyHeader, KNOWN_BY_BYTES, NOT_YET, sideVerdict } from './tcp/side-verdict.js'
import { TcpTalk } from './tcp/tcp-talk.js'
import { DatagramTalk } from './udp/datagram-talk.js'
import { datagramVerdict } from './udp/first-datagrams.js'

const FIRST_ROWS = 256
const TCP = 6
const UDP = 17
/** A service of datagrams is known by so many of them, or not at all. */
const KNOWN_BY_DATAGRAMS = 8
/** Bytes in which the host of a request is looked for. */
const MAX_HTTP_BYTES = 16 * 1024
const HTTP = serviceNumber('http')
const QUIC = serviceNumber('quic')
const DTLS = serviceNumber('dtls')
/** Services of TCP that have no more to tell than that they are spoken, bit by bit. */
const PLAIN = (['ssh', 'http2', 'sip', 'smb', 'mqtt', 'stun', 'dns'] as const)
  .map((service) => 1 << serviceNumber(service))
  .reduce((all, bit) => all | bit)

/** The columns of connections that decide how their content is read. */
export interface TalkColumns {
  /** IANA protocol number. */
  readonly protocol: ArrayLike<number>
  /** By `2 * connection + side`. */
  readonly port: ArrayLike<number>
}

/**
 * Finds out what is spoken in the connections of one worker, by number. Most are told by their first bytes where these stand; only
 * one of which more is wanted gets an object.
 */
export class ConnectionSpeech {
  // Invariants: #isDone[c] is 1 when no further bytes of c are of use. #service[c] is 1 + the number of its service, or 0.
  // Without a talk, #seen[h] counts bytes that fit no service (TCP) or datagrams (UDP), and #possible[h] is 1 + the number of the
  // service that a side's datagrams may be of.
  readonly #table: TalkColumns
  readonly #budget: HeldBudget
  readonly #talks: (Talk | null | undefined)[] = []
  /** What talks have found that are over. */
  readonly #found: (Speech | null | undefined)[] = []
  #isDone = new Uint8Array(FIRST_ROWS)
  #service = new Uint8Array(FIRST_ROWS)
  #seen = new Uint16Array(2 * FIRST_ROWS)
  #possible = new Uint8Array(2 * FIRST_ROWS)
  /** 1: the side's bytes have been judged, and fit nothing. */
  #isJudged = new Uint8Array(2 * FIRST_ROWS)

  /** @param maxHeldBytes Bytes that are held of all connections together. */
  constructor(table: TalkColumns, maxHeldBytes: number) {
    this.#table = table
    this.#budget = new HeldBudget(maxHeldBytes)
  }

  /** How often bytes could not be held, so that a connection was told by what came before. */
  get refusals(): number {
    return this.#budget.refusals
  }

  /** As `StreamSink.data`. */
  data(half: number, bytes: Uint8Array, from: number, to: number): void {
    const connection = half >> 1
    if (this.#isDone[connection] === 1) return
    this.#take(connection, half, bytes, from, to)
  }

  /** As `StreamSink.gap`. */
  gap(half: number): void {
    const connection = half >> 1
    if (connection >= this.#isDone.length || this.#isDone[connection] === 1) return
    const talk = this.#talks[connection]
    if (talk !== null && talk !== undefined) {
      talk.gap((half & 1) as 0 | 1)
      if (talk.isOver) this.#end(connection, talk)
    } else if (this.#seen[half]! < KNOWN_BY_BYTES) {
      // What comes behind the gap may tell, as where a capture begins in the middle.
      this.#isJudged[half] = 0
    }
  }

  /** What was spoken in a connection that is over. Its number is free then. */
  finish(connection: number): Speech {
    if (connection >= this.#isDone.length) return NO_SPEECH
    const talk = this.#talks[connection]
    if (talk !== null && talk !== undefined) this.#end(connection, talk)
    const found = this.#found[connection]
    const service = this.#service[connection]!
    this.#forget(connection)
    if (found !== null && found !== undefined) {
      this.#found[connection] = null
      return found
    }
    return service === 0 ? NO_SPEECH : PLAIN_SPEECHES[service - 1]!
  }

  #forget(connection: number): void {
    this.#isDone[connection] = 0
    this.#service[connection] = 0
    for (let half = 2 * connection; half <= 2 * connection + 1; half++) {
      this.#seen[half] = 0
      this.#possible[half] = 0
      this.#isJudged[half] = 0
    }
  }

  #take(connection: number, half: number, bytes: Uint8Array, from: number, to: number): void {
    if (connection >= this.#isDone.length) this.#grow(connection + 1)
    const talk = this.#talks[connection]
    if (talk !== null && talk !== undefined) {
      talk.data((half & 1) as 0 | 1, bytes, from, to)
      if (talk.isOver) this.#end(connection, talk)
      return
    }
    const protocol = this.#table.protocol[connection]
    if (protocol === TCP) this.#takeStream(connection, half, bytes, from, to)
    else if (protocol === UDP) this.#takeDatagram(connection, half, bytes, from, to)
    else this.#isDone[connection] = 1
  }

  #takeStream(connection: number, half: number, bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return
    if (this.#isJudged[half] === 0) {
      const verdict = sideVerdict(bytes, from, to, false)
      if (verdict >= 0 && verdict !== NOT_YET && (PLAIN & (1 << verdict)) !== 0) {
        this.#tell(connection, verdict)
        return
      }
      if (verdict === HTTP && behindProxyHeader(bytes, from, to) === from) {
        const speech = httpSpeech(bytes, from, Math.min(to, from + MAX_HTTP_BYTES))
        if (speech !== null) {
          this.#found[connection] = speech
          this.#isDone[connection] = 1
          return
        }
      }
      if (verdict !== -1) {
        const talk = new TcpTalk(this.#budget, this.#ports(connection), this.#seenBefore(connection))
        this.#begin(connection, half, talk, bytes, from, to)
        return
      }
      this.#isJudged[half] = 1
    }
    this.#seen[half] = Math.min(KNOWN_BY_BYTES, this.#seen[half]! + to - from)
    if (this.#seen[half]! + this.#seen[half ^ 1]! === 2 * KNOWN_BY_BYTES) this.#isDone[connection] = 1
  }

  #takeDatagram(connection: number, half: number, bytes: Uint8Array, from: number, to: number): void {
    const datagrams = ++this.#seen[2 * connection]!
    const verdict = datagramVerdict(bytes, from, to, this.#ports(connection))
    let service = verdict
    if (verdict < -1) {
      service = -2 - verdict
      if (this.#possible[half] === 0) this.#possible[half] = 1 + service
      if (this.#possible[half ^ 1] !== 1 + service) service = -1
    }
    if (service === QUIC || service === DTLS) {
      const talk = new DatagramTalk(service === QUIC ? 'quic' : 'dtls', datagrams - 1)
      this.#begin(connection, half, talk, bytes, from, to)
    } else if (service >= 0) this.#tell(connection, service)
    else if (datagrams >= KNOWN_BY_DATAGRAMS) this.#isDone[connection] = 1
  }

  #begin(connection: number, half: number, talk: Talk, bytes: Uint8Array, from: number, to: number): void {
    talk.data((half & 1) as 0 | 1, bytes, from, to)
    if (talk.isOver) this.#end(connection, talk)
    else this.#talks[connection] = talk
  }

  #end(connection: number, talk: Talk): void {
    this.#found[connection] = talk.end()
    this.#talks[connection] = null
    this.#isDone[connection] = 1
  }

  #tell(connection: number, service: number): void {
    this.#service[connection] = 1 + service
    this.#isDone[connection] = 1
  }

  #ports(connection: number): readonly [number, number] {
    const { port } = this.#table
    return [port[2 * connection]!, port[2 * connection + 1]!]
  }

  // A side that has been judged is closed; one that begins anew has seen nothing, as far as its talk knows.
  #seenBefore(connection: number): readonly [number, number] {
    const [first, second] = [2 * connection, 2 * connection + 1]
    return [
      this.#isJudged[first] === 1 ? this.#seen[first]! : 0,
      this.#isJudged[second] === 1 ? this.#seen[second]! : 0,
    ]
  }

  #grow(needed: number): void {
    const rows = grownRows(this.#isDone.length, needed)
    this.#isDone = grown(this.#isDone, rows)
    this.#service = grown(this.#service, rows)
    this.#seen = grown(this.#seen, 2 * rows)
    this.#possible = grown(this.#possible, 2 * rows)
    this.#isJudged = grown(this.#isJudged, 2 * rows)
  }
}
