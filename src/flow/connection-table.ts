// The columns of all open connections: structure of arrays, so that a million connections cost a few hundred
// bytes each and the garbage collector sees none of them.

import { u32be } from '../bytes/endian.js'
import { grown, grownRows } from '../bytes/grown.js'
import { LimitMarks } from '../stream/limit-marks.js'

/** Words of one connection's addresses: four for the originator, four for the responder. */
export const ADDRESS_WORDS = 8
/** Longest `history` that is kept; Zeek's letters repeat at most at 1, 10, 100, … repetitions. */
export const HISTORY_BYTES = 32
const INITIAL_CAPACITY = 256

/** Why a connection ended, in the order of the `closeReason` column. */
export const CLOSE_REASONS = ['end', 'fin', 'rst', 'timeout', 'reuse'] as const
export type CloseReason = (typeof CLOSE_REASONS)[number]

/** Bits of the `flags` column. */
export const ConnectionFlag = {
  /** Addresses are IPv6: all four words of each; otherwise the first word is the IPv4 address. */
  IPV6: 1,
  /** The capture's clock was finer than microseconds at the first packet. */
  NANOSECOND: 2,
  /** Closed: only late packets come, until it is forgotten. */
  CLOSED: 4,
  /** The first packet was sent by side 1: a SYN+ACK seen before its SYN. */
  FLIPPED: 8,
  /** A later connection of the same 5-tuple was confirmed, and nothing has come for this one since. */
  REPLACED: 16,
  /** The only byte of side 0, or 1, may be that of a keep-alive: nothing has told yet. */
  DOUBTFUL_0: 32,
  DOUBTFUL_1: 64,
  /** There were several connections or candidates on its 5-tuple at once. */
  GROUPED: 128,
} as const

/** Number of no connection. */
export const NONE = -1

/**
 * Connections by number. The owner takes a number with `allocate()`, fills its columns, and gives it back with
 * `release()`; a number is used again. Columns of half-streams are indexed by `2 * connection + side`.
 *
 * All times are of the capture: seconds since 1970-01-01 UTC and nanoseconds. All counters are exact below 2^53.
 */
export class ConnectionTable {
  // Invariants:
  // - every number below `#used` is either allocated or in the free list that begins at `#free` and is linked by `next`.
  // - all columns have `#capacity` rows (half-stream columns twice as many).
  #capacity = INITIAL_CAPACITY
  #used = 0
  #free = NONE
  #count = 0

  readonly limits = new LimitMarks()
  /** IANA protocol number. */
  protocol = new Uint8Array(INITIAL_CAPACITY)
  /** 1 while the row is allocated. */
  isOpen = new Uint8Array(INITIAL_CAPACITY)
  /** Bits of {@link ConnectionFlag}. */
  flags = new Uint8Array(INITIAL_CAPACITY)
  /** Index in {@link CLOSE_REASONS}. */
  closeReason = new Uint8Array(INITIAL_CAPACITY)
  /** Flow hash, the same for both directions. */
  hash = new Int32Array(INITIAL_CAPACITY)
  /** Next connection of the same hash bucket, or of the free list. */
  next = new Int32Array(INITIAL_CAPACITY)
  /** Number of the group of connections on the same 5-tuple; 0: it is alone there. */
  group = new Uint32Array(INITIAL_CAPACITY)
  /** `address[8c + 4 * side + i]`: word `i` of the address, big-endian value; IPv4 uses word 0, the others are 0. */
  address = new Uint32Array(INITIAL_CAPACITY * ADDRESS_WORDS)
  firstSec = new Float64Array(INITIAL_CAPACITY)
  firstNsec = new Uint32Array(INITIAL_CAPACITY)
  /** Time of the latest packet (never goes back). */
  lastSec = new Float64Array(INITIAL_CAPACITY)
  lastNsec = new Uint32Array(INITIAL_CAPACITY)
  /** Time of its latest packet when it was closed; meaningful with `ConnectionFlag.CLOSED`. */
  closedSec = new Float64Array(INITIAL_CAPACITY)
  closedNsec = new Uint32Array(INITIAL_CAPACITY)
  /** Number of the first packet in its capture, from 1: unique among the capture's connections. */
  firstNumber = new Float64Array(INITIAL_CAPACITY)
  /** Row of the latest packet of its 5-tuple, and of the latest ICMP error that quotes it, see `RecentPackets`; 0: none. */
  latestPacket = new Int32Array(INITIAL_CAPACITY)
  latestError = new Int32Array(INITIAL_CAPACITY)
  /** ICMP type << 8 | code of the first packet. */
  icmpType = new Uint16Array(INITIAL_CAPACITY)
  /** ICMP errors that quoted this connection. */
  icmpErrors = new Uint32Array(INITIAL_CAPACITY)
  /** Which side spoke last, plus 1; 0: none yet. */
  lastSpeaker = new Uint8Array(INITIAL_CAPACITY)
  historyLength = new Uint8Array(INITIAL_CAPACITY)
  /** ASCII letters of Zeek's `history`. */
  history = new Uint8Array(INITIAL_CAPACITY * HISTORY_BYTES)

  // Columns of half-streams.

  port = new Uint16Array(INITIAL_CAPACITY * 2)
  /** Packets sent by this side. */
  packets = new Float64Array(INITIAL_CAPACITY * 2)
  /** Copies of packets that the way of capturing made; they count nowhere else. */
  copies = new Float64Array(INITIAL_CAPACITY * 2)
  /** Sum of their IP total lengths. */
  ipBytes = new Float64Array(INITIAL_CAPACITY * 2)
  // Payload: captured = delivered + repeated + conflicting + outside. The first is counted where packets come in, each of
  // the others where bytes end.

  /** Payload bytes captured. */
  capturedBytes = new Float64Array(INITIAL_CAPACITY * 2)
  /** Payload bytes delivered, without missing ones. */
  payloadBytes = new Float64Array(INITIAL_CAPACITY * 2)
  /** Bytes that the capture lost. */
  missedBytes = new Float64Array(INITIAL_CAPACITY * 2)
  /** Bytes seen again with the same content. */
  repeatedBytes = new Float64Array(INITIAL_CAPACITY * 2)
  /** Bytes seen again with other content. */
  conflictBytes = new Float64Array(INITIAL_CAPACITY * 2)
  /** Bytes that are no part of the stream. */
  outsideBytes = new Float64Array(INITIAL_CAPACITY * 2)
  /** Packets that delivered payload. */
  dataPackets = new Float64Array(INITIAL_CAPACITY * 2)
  /** Runs of chunks from this side until the other side spoke. */
  messages = new Float64Array(INITIAL_CAPACITY * 2)
  gaps = new Uint32Array(INITIAL_CAPACITY * 2)
  /** Letters of `history` this side has had, one bit each. */
  historySeen = new Uint16Array(INITIAL_CAPACITY * 2)
  retransmissions = new Uint32Array(INITIAL_CAPACITY * 2)
  zeroWindows = new Uint32Array(INITIAL_CAPACITY * 2)
  /** How far this side's windows are shifted, plus 1, as its SYN told; 0: it told nothing. */
  windowScale = new Uint8Array(INITIAL_CAPACITY * 2)
  /** Outer headers of its first packet, see `EncapTable`. */
  encapId = new Uint16Array(INITIAL_CAPACITY * 2)
  /** Largest window that this side announced, in bytes, of those that may be larger than others allow. */
  windowBytes = new Uint32Array(INITIAL_CAPACITY * 2)

  // TCP only.

  /** Sequence number of the SYN. Meaningful when `HalfSeen.SYN` is set in `halfSeen`. */
  isn = new Int32Array(INITIAL_CAPACITY * 2)
  /** Bits of what this side has shown, see `HalfSeen`. */
  halfSeen = new Uint8Array(INITIAL_CAPACITY * 2)
  /** Sequence number of the byte at stream offset `nextOffset`. */
  nextSeq = new Int32Array(INITIAL_CAPACITY * 2)
  /** Stream offset of the next byte to deliver. */
  nextOffset = new Float64Array(INITIAL_CAPACITY * 2)
  /** Byte before `nextOffset`, plus 1; 0: none was delivered there. */
  lastByte = new Uint16Array(INITIAL_CAPACITY * 2)
  /** The latest delivered segment, see `RecentSegments`; 0: none. */
  latestSegment = new Int32Array(INITIAL_CAPACITY * 2)
  /** Highest stream offset seen, of any byte. */
  highOffset = new Float64Array(INITIAL_CAPACITY * 2)
  /** Highest stream offset that the peer acknowledged; before `HalfSeen.STARTED` the number itself, plus 1; 0: none. */
  ackedOffset = new Float64Array(INITIAL_CAPACITY * 2)
  /** Stream offset of the FIN. Meaningful when `HalfSeen.FIN` is set. */
  finOffset = new Float64Array(INITIAL_CAPACITY * 2)

  /** Connections that are allocated. */
  get count(): number {
    return this.#count
  }

  /** Numbers in use are below this. */
  get used(): number {
    return this.#used
  }

  /** Takes a number; all its columns are 0. */
  allocate(): number {
    let connection = this.#free
    if (connection !== NONE) {
      this.#free = this.next[connection]!
      this.#clear(connection)
    } else {
      if (this.#used === this.#capacity) this.#grow()
      connection = this.#used
      this.#used += 1
    }
    this.isOpen[connection] = 1
    this.#count += 1
    return connection
  }

  /** Gives a number back. */
  release(connection: number): void {
    this.isOpen[connection] = 0
    this.next[connection] = this.#free
    this.#free = connection
    this.#count -= 1
  }

  /** Sets the address of a half-stream's sender: IPv4 a value, IPv6 a position in `bytes`. */
  setAddress(half: number, bytes: Uint8Array, ipVersion: 4 | 6, address: number): void {
    if (ipVersion === 4) {
      this.address[4 * half] = address
      return
    }
    for (let i = 0; i < 4; i++) this.address[4 * half + i] = u32be(bytes, address + 4 * i)
  }

  // Columns of an own row that `allocate`'s callers do not set in any case; IPv4 sets one word of an address.
  #clear(connection: number): void {
    this.address.fill(0, connection * ADDRESS_WORDS, (connection + 1) * ADDRESS_WORDS)
    this.limits.forget(connection)
    this.flags[connection] = 0
    this.closeReason[connection] = 0
    this.group[connection] = 0
    this.closedSec[connection] = 0
    this.closedNsec[connection] = 0
    this.latestPacket[connection] = 0
    this.latestError[connection] = 0
    this.icmpErrors[connection] = 0
    this.lastSpeaker[connection] = 0
    this.historyLength[connection] = 0
    for (let half = 2 * connection; half < 2 * connection + 2; half++) {
      this.packets[half] = 0
      this.copies[half] = 0
      this.ipBytes[half] = 0
      this.capturedBytes[half] = 0
      this.payloadBytes[half] = 0
      this.missedBytes[half] = 0
      this.repeatedBytes[half] = 0
      this.conflictBytes[half] = 0
      this.outsideBytes[half] = 0
      this.dataPackets[half] = 0
      this.messages[half] = 0
      this.gaps[half] = 0
      this.historySeen[half] = 0
      this.retransmissions[half] = 0
      this.zeroWindows[half] = 0
      this.windowScale[half] = 0
      this.windowBytes[half] = 0
      this.encapId[half] = 0
      this.lastByte[half] = 0
      this.latestSegment[half] = 0
      this.halfSeen[half] = 0
      this.isn[half] = 0
      this.nextSeq[half] = 0
      this.nextOffset[half] = 0
      this.highOffset[half] = 0
      this.ackedOffset[half] = 0
      this.finOffset[half] = 0
    }
  }

  #grow(): void {
    const rows = grownRows(this.#capacity, this.#capacity + 1)
    this.protocol = grown(this.protocol, rows)
    this.isOpen = grown(this.isOpen, rows)
    this.flags = grown(this.flags, rows)
    this.closeReason = grown(this.closeReason, rows)
    this.hash = grown(this.hash, rows)
    this.next = grown(this.next, rows)
    this.group = grown(this.group, rows)
    this.address = grown(this.address, rows * ADDRESS_WORDS)
    this.firstSec = grown(this.firstSec, rows)
    this.firstNsec = grown(this.firstNsec, rows)
    this.lastSec = grown(this.lastSec, rows)
    this.lastNsec = grown(this.lastNsec, rows)
    this.closedSec = grown(this.closedSec, rows)
    this.closedNsec = grown(this.closedNsec, rows)
    this.firstNumber = grown(this.firstNumber, rows)
    this.latestPacket = grown(this.latestPacket, rows)
    this.latestError = grown(this.latestError, rows)
    this.icmpType = grown(this.icmpType, rows)
    this.icmpErrors = grown(this.icmpErrors, rows)
    this.lastSpeaker = grown(this.lastSpeaker, rows)
    this.historyLength = grown(this.historyLength, rows)
    this.history = grown(this.history, rows * HISTORY_BYTES)
    const halves = rows * 2
    this.port = grown(this.port, halves)
    this.packets = grown(this.packets, halves)
    this.copies = grown(this.copies, halves)
    this.ipBytes = grown(this.ipBytes, halves)
    this.capturedBytes = grown(this.capturedBytes, halves)
    this.payloadBytes = grown(this.payloadBytes, halves)
    this.missedBytes = grown(this.missedBytes, halves)
    this.repeatedBytes = grown(this.repeatedBytes, halves)
    this.conflictBytes = grown(this.conflictBytes, halves)
    this.outsideBytes = grown(this.outsideBytes, halves)
    this.dataPackets = grown(this.dataPackets, halves)
    this.messages = grown(this.messages, halves)
    this.gaps = grown(this.gaps, halves)
    this.historySeen = grown(this.historySeen, halves)
    this.retransmissions = grown(this.retransmissions, halves)
    this.zeroWindows = grown(this.zeroWindows, halves)
    this.windowScale = grown(this.windowScale, halves)
    this.windowBytes = grown(this.windowBytes, halves)
    this.encapId = grown(this.encapId, halves)
    this.lastByte = grown(this.lastByte, halves)
    this.latestSegment = grown(this.latestSegment, halves)
    this.isn = grown(this.isn, halves)
    this.halfSeen = grown(this.halfSeen, halves)
    this.nextSeq = grown(this.nextSeq, halves)
    this.nextOffset = grown(this.nextOffset, halves)
    this.highOffset = grown(this.highOffset, halves)
    this.ackedOffset = grown(this.ackedOffset, halves)
    this.finOffset = grown(this.finOffset, halves)
    this.#capacity = rows
  }
}
