import { IpProtocol } from '../wire/transport-packet.js'
import { ConnectionFlag, type ConnectionTable } from './connection-table.js'

/** Packets belong to a closed connection for so many seconds of capture time. */
const LINGER_SEC = 5

export interface TimeOuts {
  /** Capture-time seconds without a packet that end a connection; 0: never. */
  readonly tcpTimeoutSec: number
  readonly udpTimeoutSec: number
}

/**
 * Whether a moment of the capture belongs to a connection. All answers depend on the connection's own packets and on the
 * moment that is asked about, so that it does not matter when a sweep asks.
 */
export class ConnectionTimes {
  readonly #table: ConnectionTable
  readonly #timeOuts: TimeOuts

  constructor(table: ConnectionTable, timeOuts: TimeOuts) {
    this.#table = table
    this.#timeOuts = timeOuts
  }

  /** Notes a packet's time: that of the latest never goes back. */
  touch(connection: number, tsSec: number, tsNsec: number): void {
    const { lastSec, lastNsec } = this.#table
    const last = lastSec[connection]!
    if (tsSec < last || (tsSec === last && tsNsec <= lastNsec[connection]!)) return
    lastSec[connection] = tsSec
    lastNsec[connection] = tsNsec
  }

  /** Notes the time of a packet of an open TCP connection, unless it is idle by then: false. */
  goOn(connection: number, tsSec: number, tsNsec: number): boolean {
    const { lastSec, lastNsec } = this.#table
    const sinceLastSec = tsSec - lastSec[connection]!
    if (sinceLastSec === 0) {
      if (tsNsec > lastNsec[connection]!) lastNsec[connection] = tsNsec
      return true
    }
    if (this.isIdle(connection, tsSec, tsNsec)) return false
    if (sinceLastSec > 0) {
      lastSec[connection] = tsSec
      lastNsec[connection] = tsNsec
    }
    return true
  }

  /** True when an open connection has been without a packet for longer than its time-out. */
  isIdle(connection: number, tsSec: number, tsNsec: number): boolean {
    const isTcp = this.#table.protocol[connection] === IpProtocol.TCP
    const timeoutSec = isTcp ? this.#timeOuts.tcpTimeoutSec : this.#timeOuts.udpTimeoutSec
    if (timeoutSec === 0 || tsSec - this.#table.lastSec[connection]! + 1 <= timeoutSec) return false
    return this.#idleSec(connection, tsSec, tsNsec) > timeoutSec
  }

  /** True when what waits on a TCP connection has waited longer than its time-out. */
  isTooLong(seconds: number): boolean {
    return this.#timeOuts.tcpTimeoutSec > 0 && seconds > this.#timeOuts.tcpTimeoutSec
  }

  /** True when a packet that comes so long after the end is too late for what has ended. */
  isTooLate(seconds: number): boolean {
    return seconds > LINGER_SEC
  }

  /** True when a packet of this time comes too late for a closed connection. */
  isAfterClose(connection: number, tsSec: number, tsNsec: number): boolean {
    const { closedSec, closedNsec } = this.#table
    return this.isTooLate(tsSec - closedSec[connection]! + (tsNsec - closedNsec[connection]!) / 1e9)
  }

  /** True when neither a packet nor an ICMP error of this time or a later one can belong to the connection. */
  isOver(connection: number, tsSec: number, tsNsec: number): boolean {
    return this.#table.flags[connection]! & ConnectionFlag.CLOSED
      ? this.#idleSec(connection, tsSec, tsNsec) > LINGER_SEC
      : this.isIdle(connection, tsSec, tsNsec)
  }

  /** True when an ICMP error of this time may be about the connection: not before its first packet, and not too late. */
  isAlive(connection: number, tsSec: number, tsNsec: number): boolean {
    const { firstSec, firstNsec } = this.#table
    const sinceFirstSec = tsSec - firstSec[connection]!
    if (sinceFirstSec < 0 || (sinceFirstSec === 0 && tsNsec < firstNsec[connection]!)) return false
    return !this.isOver(connection, tsSec, tsNsec)
  }

  // Seconds since the latest packet.
  #idleSec(connection: number, tsSec: number, tsNsec: number): number {
    const { lastSec, lastNsec } = this.#table
    return tsSec - lastSec[connection]! + (tsNsec - lastNsec[connection]!) / 1e9
  }
}
