import { type HeldBudget, HeldBytes } from '../held-bytes.js'
import { Fit, NO_SPEECH, type Service, type Speech } from '../speech.js'
import type { Talk } from '../talk.js'
import { HandshakeType, selectedProtocol } from '../tls/hello.js'
import { type HelloFacts, helloFacts } from '../tls/hello-facts.js'
import { firstMessage } from '../tls/records.js'
import { behindProxyHeader, commonService, lookAtSide, serviceOfPort } from './first-side.js'
import { httpHost, requestFit, tunnelBegin } from './http-host.js'
import { laterHello } from './later-hello.js'

/** Most bytes of a direction that are held. */
const MAX_BYTES = 16 * 1024
/** A service is known by so many bytes of a direction, or not at all. */
const KNOWN_BY_BYTES = 1024
/** Bytes of a client in which it may go over to TLS. */
const LATER_HELLO_BYTES = 4096
/** After so many looks at a direction's bytes the next one waits until half as many have come on top. */
const FREE_LOOKS = 16
/** How often a direction is looked at anew behind a gap. */
const MAX_BEGINS = 4

/** Services whose clients go over to TLS on the same connection. */
const WITH_LATER_HELLO: ReadonlySet<Service> = new Set(['smtp', 'imap', 'pop3', 'ftp', 'rdp'])

interface Side {
  readonly held: HeldBytes
  /** False when nothing more of it is of use. */
  isOpen: boolean
  possible: readonly Service[]
  looks: number
  nextLook: number
  begins: number
}

/** Finds out what is spoken in one TCP connection. */
export class TcpTalk implements Talk {
  // Invariant: a side that is not open holds nothing.
  readonly #sides: readonly [Side, Side]
  readonly #ports: readonly number[]
  #service: Service | null = null
  #hello: HelloFacts | null = null
  #host: string | null = null
  #selected: string | null = null

  constructor(budget: HeldBudget, ports: readonly number[]) {
    this.#sides = [blankSide(budget), blankSide(budget)]
    this.#ports = ports
  }

  get isOver(): boolean {
    return !this.#sides[0].isOpen && !this.#sides[1].isOpen
  }

  data(number: 0 | 1, bytes: Uint8Array, from: number, to: number): void {
    const side = this.#sides[number]
    if (!side.isOpen || from === to) return
    const { held } = side
    if (held.length === 0) {
      this.#look(number, bytes, from, Math.min(to, from + MAX_BYTES), false)
      if (side.isOpen && !held.add(bytes, from, to, this.#limit)) this.#close(side)
      return
    }
    const hasRoom = held.add(bytes, from, to, this.#limit)
    const isDue = side.looks < FREE_LOOKS || held.length >= Math.min(side.nextLook, this.#limit)
    if (isDue || !hasRoom) this.#lookAtHeld(number, !hasRoom)
  }

  gap(number: 0 | 1): void {
    const side = this.#sides[number]
    if (!side.isOpen) return
    const isBegun = side.held.length > 0
    if (isBegun) this.#lookAtHeld(number, true)
    if (this.#service !== null) {
      this.#close(side)
    } else if (isBegun && side.begins < MAX_BEGINS) {
      // What comes behind the gap may tell, as where a capture begins in the middle.
      side.begins += 1
      side.isOpen = true
    }
  }

  end(): Speech {
    for (const number of [0, 1] as const) {
      if (this.#sides[number].isOpen) this.#lookAtHeld(number, true)
    }
    const [first, second] = this.#sides
    this.#service ??= serviceOfPort([...first.possible, ...second.possible], this.#ports)
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
    side.looks += 1
    side.nextLook = to - from + ((to - from) >> 1)
    const begin = behindProxyHeader(bytes, from, to)
    // No further than to the limit, so that it does not matter in which pieces the bytes come.
    if (this.#service === null) {
      const isAll = isLast || to - from >= KNOWN_BY_BYTES
      this.#identify(number, bytes, begin, Math.min(to, from + KNOWN_BY_BYTES), isAll)
      if (this.#service === null) {
        if (isAll) this.#close(side)
        return
      }
      this.#lookAtOther(number)
    }
    const limit = this.#limit
    const isAll = isLast || to - from >= limit
    this.#lookCloser(number, bytes, begin, Math.min(to, from + limit), isAll)
  }

  #identify(number: 0 | 1, bytes: Uint8Array, from: number, to: number, isLast: boolean): void {
    const { sure, possible } = lookAtSide(bytes, from, to, isLast)
    this.#sides[number].possible = possible
    this.#service = sure ?? commonService(possible, this.#sides[1 - number]!.possible)
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
    let isDone = true
    if (service === 'tls') isDone = this.#readHello(bytes, from, to, isLast)
    else if (service === 'http') isDone = this.#readHost(number, bytes, from, to, isLast)
    else if (WITH_LATER_HELLO.has(service)) isDone = this.#readLaterHello(number, bytes, from, to, isLast)
    else this.#close(this.#sides[1 - number]!)
    if (isDone || isLast) this.#close(side)
  }

  // Each side has one message of interest. Returns true when it was read, or there is none.
  #readHello(bytes: Uint8Array, from: number, to: number, isLast: boolean): boolean {
    const message = firstMessage(bytes, from, to)
    if (message === null) return to - from >= 10
    if (!message.isWhole && !isLast) return false
    if (message.type === HandshakeType.CLIENT_HELLO)
      this.#hello ??= helloFacts(message.bytes, message.from, message.to, !message.isWhole, 'tcp')
    else if (message.type === HandshakeType.SERVER_HELLO)
      this.#selected ??= selectedProtocol(message.bytes, message.from, message.to)
    return true
  }

  #readHost(number: 0 | 1, bytes: Uint8Array, from: number, to: number, isLast: boolean): boolean {
    const fit = requestFit(bytes, from, to)
    if (fit !== Fit.YES) return fit === Fit.NO
    const { host, isCut } = httpHost(bytes, from, to)
    if (isCut) return false
    this.#host ??= host
    this.#close(this.#sides[1 - number]!)
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
    const message = firstMessage(bytes, at, to)
    if (message === null) return to - at >= 10
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

function blankSide(budget: HeldBudget): Side {
  return { held: new HeldBytes(budget), isOpen: true, possible: [], looks: 0, nextLook: 0, begins: 0 }
}
