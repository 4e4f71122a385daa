import { type HeldBudget, HeldBytes } from '../held-bytes.js'
import { serviceOf } from '../services.js'
import { Fit, NO_SPEECH, type Service, type Speech } from '../speech.js'
import type { Talk } from '../talk.js'
import { HandshakeType, selectedProtocol } from '../tls/hello.js'
import { type HelloFacts, helloFacts } from '../tls/hello-facts.js'
import { firstMessage } from '../tls/records.js'
import { httpHost, requestFit, tunnelBegin } from './http-host.js'
import { laterHello } from './later-hello.js'
import {
  behindProxyHeader,
  KNOWN_BY_BYTES,
  NOT_YET,
  possibleServices,
  serviceOfPort,
  sideVerdict,
} from './side-verdict.js'

/** Most bytes of a direction that are held. */
const MAX_BYTES = 16 * 1024
/** Bytes of a client in which it may go over to TLS. */
const LATER_HELLO_BYTES = 4096

/** Services whose clients go over to TLS on the same connection. */
const WITH_LATER_HELLO: ReadonlySet<Service> = new Set(['smtp', 'imap', 'pop3', 'ftp', 'rdp'])

/** Finds out what is spoken in one TCP connection. */
export class TcpTalk implements Talk {
  // Invariant: a side that is not open holds nothing.
  readonly #sides: readonly [Side, Side]
  readonly #ports: readonly number[]
  #service: Service | null = null
  #hello: HelloFacts | null = null
  #host: string | null = null
  #selected: string | null = null

  /** @param seen Bytes of each side that came before and fit no service. */
  constructor(budget: HeldBudget, ports: readonly number[], seen: readonly [number, number] = [0, 0]) {
    this.#sides = [new Side(budget, seen[0]), new Side(budget, seen[1])]
    this.#ports = ports
  }

  get isOver(): boolean {
    return isDone(this.#sides[0], this.#service) && isDone(this.#sides[1], this.#service)
  }

  data(number: 0 | 1, bytes: Uint8Array, from: number, to: number): void {
    const side = this.#sides[number]
    if (from === to) return
    side.seen = Math.min(KNOWN_BY_BYTES, side.seen + to - from)
    if (!side.isOpen) return
    const { held } = side
    if (held.length === 0) this.#look(number, bytes, from, Math.min(to, from + MAX_BYTES), false)
    // What is held may be up to a limit that is higher once the service is known.
    for (let at = from; side.isOpen && at < to; ) {
      const isFirst = held.length === 0
      const taken = held.add(bytes, at, to, this.#limit)
      if (taken < 0) this.#lookAtHeld(number, true)
      else if (!isFirst) this.#lookAtHeld(number, false)
      if (taken <= 0) break
      at += taken
    }
  }

  gap(number: 0 | 1): void {
    const side = this.#sides[number]
    if (side.held.length > 0) this.#lookAtHeld(number, true)
    if (this.#service !== null) this.#close(side)
    // What comes behind the gap may tell, as where a capture begins in the middle.
    else if (side.seen < KNOWN_BY_BYTES) side.begin()
  }

  end(): Speech {
    for (const number of [0, 1] as const) {
      if (this.#sides[number].held.length > 0) this.#lookAtHeld(number, true)
    }
    const [first, second] = this.#sides
    this.#service ??= serviceOfPort(first.possible | second.possible, this.#ports)
    for (const side of this.#sides) this.#close(side)
    if (this.#service === null) return NO_SPEECH
    return {
      service: this.#service,
      serverName: this.#hello?.serverName ?? this.#host,
      alpn: this.#selected ?? this.#hello?.alpn ?? null,
      ja4: this.#hello?.ja4 ?? null,
    }
  }

  // Most bytes of a direction that are of use now.
  get #limit(): number {
    if (this.#service === null) return KNOWN_BY_BYTES
    return WITH_LATER_HELLO.has(this.#service) ? LATER_HELLO_BYTES : MAX_BYTES
  }

  #lookAtHeld(number: 0 | 1, isLast: boolean): void {
    const { held } = this.#sides[number]
    this.#look(number, held.bytes, 0, held.length, isLast)
  }

  // Looks at all first bytes of a side. `isLast`: no more of them will come.
  #look(number: 0 | 1, bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    const side = this.#sides[number]
    if (this.#service === null) {
      if (!side.isJudged) this.#judge(number, bytes, from, to, isLast)
      if (this.#service === null) {
        if (isLast || to - from >= KNOWN_BY_BYTES) this.#close(side)
        return
      }
      this.#lookAtOther(number)
    }
    // No further than to the limit, so that it does not matter in which pieces the bytes come.
    const limit = this.#limit
    const begin = behindProxyHeader(bytes, from, Math.min(to, from + KNOWN_BY_BYTES))
    const isAll = isLast || to - from >= limit
    if (side.isOpen && (begin < to || isAll))
      this.#lookCloser(number, bytes, begin, Math.min(to, from + limit), isAll)
  }

  #judge(number: 0 | 1, bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    const side = this.#sides[number]
    const verdict = sideVerdict(bytes, from, to, isLast)
    if (verdict === NOT_YET) return
    side.isJudged = true
    if (verdict >= 0) {
      this.#service = serviceOf(verdict)
      return
    }
    side.possible = possibleServices(verdict)
    const common = side.possible & this.#sides[1 - number]!.possible
    if (common !== 0) this.#service = serviceOf(31 - Math.clz32(common & -common))
    else if (side.possible === 0) this.#close(side)
  }

  // What the other side said before may have been too little to know the service, but has names.
  #lookAtOther(number: 0 | 1): void {
    const other = (1 - number) as 0 | 1
    const { isOpen, held } = this.#sides[other]
    const begin = behindProxyHeader(held.bytes, 0, held.length)
    if (isOpen && begin < held.length) this.#lookCloser(other, held.bytes, begin, held.length, false)
  }

  // Reads names in a connection whose service is known. Closes the sides that tell nothing more.
  #lookCloser(number: 0 | 1, bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    const side = this.#sides[number]
    const service = this.#service!
    let isRead = true
    if (service === 'tls') isRead = this.#readHello(bytes, from, to, isLast)
    else if (service === 'http') isRead = this.#readHost(number, bytes, from, to, isLast)
    else if (WITH_LATER_HELLO.has(service)) isRead = this.#readLaterHello(number, bytes, from, to, isLast)
    else this.#close(this.#sides[1 - number]!)
    if (isRead || isLast) this.#close(side)
  }

  // Each side has one message of interest. Returns true when it was read, or there is none.
  #readHello(bytes: Uint8Array, from: number, to: number, isLast: boolean): boolean {
    const message = firstMessage(bytes, from, to, isLast)
    if (message === null) return true
    if (!message.isWhole && !isLast) return false
    if (message.type === HandshakeType.CLIENT_HELLO)
      this.#hello ??= helloFacts(message.bytes, message.from, message.to, !message.isWhole, 'tcp')
    else if (message.type === HandshakeType.SERVER_HELLO)
      this.#selected ??= selectedProtocol(message.bytes, message.from, message.to)
    return true
  }

  #readHost(number: 0 | 1, bytes: Uint8Array, from: number, to: number, isLast: boolean): boolean {
    const side = this.#sides[number]
    if (!side.hasHost) {
      const fit = requestFit(bytes, from, to)
      if (fit !== Fit.YES) return fit === Fit.NO
      const { host, goOnAt } = httpHost(bytes, from, to, from + side.lineOffset)
      if (goOnAt >= 0) {
        side.lineOffset = goOnAt - from
        return false
      }
      side.hasHost = true
      this.#host ??= host
      this.#close(this.#sides[1 - number]!)
    }
    const tunnel = tunnelBegin(bytes, from, to)
    return tunnel === null || this.#readInnerHello(bytes, tunnel, to, isLast)
  }

  // Only a client's bytes are of use.
  #readLaterHello(number: 0 | 1, bytes: Uint8Array, from: number, to: number, isLast: boolean): boolean {
    if (number === 1) return true
    const at = laterHello(bytes, from, to)
    return at >= 0 && this.#readInnerHello(bytes, at, to, isLast)
  }

  // Reads a ClientHello that does not begin the connection. Returns true when it was read, or there is none.
  #readInnerHello(bytes: Uint8Array, at: number, to: number, isLast: boolean): boolean {
    if (at === to) return false
    const message = firstMessage(bytes, at, to, isLast)
    if (message === null) return true
    if (!message.isWhole && !isLast) return false
    if (message.type === HandshakeType.CLIENT_HELLO)
      this.#hello = helloFacts(message.bytes, message.from, message.to, !message.isWhole, 'tcp')
    this.#close(this.#sides[1])
    return true
  }

  #close(side: Side): void {
    side.isOpen = false
    side.held.free()
  }
}

/** What a side has said. */
class Side {
  readonly held: HeldBytes
  /** Bytes of it so far, but no more than a service is known by. */
  seen: number
  /** False when nothing more of it is of use, at least up to a gap. */
  isOpen: boolean
  /** True when its bytes have been judged since they began. */
  isJudged = false
  /** The services that they fit, bit by bit. */
  possible = 0
  /** True when the host of its request is known, or it has none. */
  hasHost = false
  /** Where reading its header goes on. */
  lineOffset = 0

  constructor(budget: HeldBudget, seen: number) {
    this.held = new HeldBytes(budget)
    this.seen = seen
    this.isOpen = seen === 0
  }

  /** Begins anew, behind a gap. */
  begin(): void {
    this.isOpen = true
    this.isJudged = false
  }
}

function isDone({ isOpen, seen }: Side, service: Service | null): boolean {
  return !isOpen && (service !== null || seen >= KNOWN_BY_BYTES)
}
