import { grown, grownRows } from '../bytes/grown.js'
import { HeldBudget } from './held-bytes.js'
import { NO_SPEECH, type Speech } from './speech.js'
import type { Talk } from './talk.js'
import { TcpTalk } from './tcp/tcp-talk.js'
import { DatagramTalk } from './udp/datagram-talk.js'

const FIRST_ROWS = 256
const TCP = 6
const UDP = 17

/** The columns of connections that decide how their content is read. */
export interface TalkColumns {
  /** IANA protocol number. */
  readonly protocol: ArrayLike<number>
  /** By `2 * connection + side`. */
  readonly port: ArrayLike<number>
}

/** Finds out what is spoken in the connections of one worker, by number. */
export class ConnectionSpeech {
  // Invariants: #isDone[c] is 1 when no further bytes of c are of use. A talk is there from the first bytes on.
  readonly #table: TalkColumns
  readonly #budget: HeldBudget
  readonly #talks: (Talk | null | undefined)[] = []
  #isDone = new Uint8Array(FIRST_ROWS)

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
    this.#take(connection, (half & 1) as 0 | 1, bytes, from, to)
  }

  /** As `StreamSink.gap`. */
  gap(half: number): void {
    const connection = half >> 1
    if (this.#isDone[connection] === 1) return
    const talk = this.#talks[connection]
    talk?.gap((half & 1) as 0 | 1)
    if (talk?.isOver) this.#isDone[connection] = 1
  }

  /** What was spoken in a connection that is over. Its number is free then. */
  finish(connection: number): Speech {
    const talk = this.#talks[connection]
    if (connection < this.#isDone.length) this.#isDone[connection] = 0
    if (talk === null || talk === undefined) return NO_SPEECH
    this.#talks[connection] = null
    return talk.end()
  }

  #take(connection: number, side: 0 | 1, bytes: Uint8Array, from: number, to: number): void {
    if (connection >= this.#isDone.length) {
      this.#isDone = grown(this.#isDone, grownRows(this.#isDone.length, connection + 1))
    }
    const talk = this.#talks[connection] ?? this.#talkOf(connection)
    if (talk === null) {
      this.#isDone[connection] = 1
      return
    }
    talk.data(side, bytes, from, to)
    if (talk.isOver) this.#isDone[connection] = 1
  }

  #talkOf(connection: number): Talk | null {
    const { protocol, port } = this.#table
    const kind = protocol[connection]
    if (kind !== TCP && kind !== UDP) return null
    const ports = [port[2 * connection]!, port[2 * connection + 1]!] as const
    const talk = kind === TCP ? new TcpTalk(this.#budget, ports) : new DatagramTalk(ports)
    this.#talks[connection] = talk
    return talk
  }
}
