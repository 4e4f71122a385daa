import { hashBytes, mustHold } from './properties.mjs'

const SCTP = 132

/** @typedef {import('../../../dist/flow/connection-sink.js').ConnectionSink} ConnectionSink */
/** @typedef {import('../../../dist/flow/connection-table.js').ConnectionTable} ConnectionTable */

/**
 * Holds a tracker to what it owes its sink: lives in order, offsets without holes, no byte but those that were fed with
 * the time of the chunk; and keeps what was said as one hash.
 *
 * @implements {ConnectionSink}
 */
export class CheckingSink {
  /**
   * @param {ConnectionTable} table
   * @param {(half: number, bytes: Uint8Array, from: number, to: number) => void} checkData looks at TCP's payload
   * @param {boolean} isOneCopy A chunk is of one packet: later copies replace nothing.
   */
  constructor(table, checkData, isOneCopy) {
    this.table = table
    /** @type {ConnectionSink["packet"]} */
    this.packet = null
    this.isOneCopy = isOneCopy
    this.checkData = checkData
    /** @type {Map<number, 'open' | 'closed'>} */
    this.lives = new Map()
    /** Next offset of each half-stream. @type {Map<number, number>} */
    this.offsets = new Map()
    /** Payloads by the time of their packets. @type {Map<string, Buffer[]>} */
    this.fed = new Map()
    this.opens = 0
    this.packets = 0
    this.payload = 0
    this.missing = 0
    this.gaps = 0
    this.hash = 0
  }

  /** A packet that is fed next. @param {Uint8Array} payload @param {number} tsSec @param {number} tsNsec */
  feed(payload, tsSec, tsNsec) {
    const key = `${tsSec}.${tsNsec}`
    const known = this.fed.get(key)
    if (known === undefined) this.fed.set(key, [Buffer.from(payload)])
    else known.push(Buffer.from(payload))
  }

  /** @param {number} connection */
  opened(connection) {
    mustHold(!this.lives.has(connection), () => `Connection ${connection} is opened twice`)
    this.lives.set(connection, 'open')
    this.offsets.set(2 * connection, 0)
    this.offsets.set(2 * connection + 1, 0)
    this.opens += 1
    this.note('opened', connection)
  }

  /** @param {number} half @param {Uint8Array} bytes @param {number} from @param {number} to @param {number} tsSec @param {number} tsNsec */
  data(half, bytes, from, to, tsSec, tsNsec) {
    const length = to - from
    mustHold(
      from >= 0 && length >= 0 && to <= bytes.length,
      () => `Chunk ${from} to ${to} of ${bytes.length}`,
    )
    this.checkOffset(half, this.table.nextOffset[half] ?? Number.NaN)
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset + from, length)
    const sources = this.fed.get(`${tsSec}.${tsNsec}`) ?? []
    mustHold(
      !this.isOneCopy || sources.some((payload) => payload.includes(chunk)),
      () => `No packet of time ${tsSec}.${tsNsec} has the ${length} bytes of a chunk of half-stream ${half}`,
    )
    this.checkData(half, bytes, from, to)
    this.payload += length
    this.offsets.set(half, (this.offsets.get(half) ?? 0) + length)
    this.note('data', half, hashBytes(bytes, from, to), length, tsSec, tsNsec)
  }

  /** @param {number} half @param {number} streamOffset @param {number} length */
  gap(half, streamOffset, length) {
    this.checkOffset(half, streamOffset)
    // What a missing chunk of SCTP had is not known: its gap may be empty.
    const least = this.table.protocol[half >> 1] === SCTP ? 0 : 1
    mustHold(Number.isSafeInteger(length) && length >= least, () => `Gap of ${length} bytes`)
    this.missing += length
    this.gaps += 1
    this.offsets.set(half, streamOffset + length)
    this.note('gap', half, streamOffset, length)
  }

  /** @param {number} connection */
  closed(connection) {
    mustHold(this.lives.has(connection), () => `Connection ${connection} is closed, but was not opened`)
    this.lives.set(connection, 'closed')
    this.note('closed', connection)
  }

  /** @param {number} connection */
  finished(connection) {
    mustHold(
      this.lives.get(connection) === 'closed',
      () => `Connection ${connection} is finished, but not closed`,
    )
    const { table } = this
    for (const half of [2 * connection, 2 * connection + 1]) {
      this.packets += table.packets[half] ?? 0
      const sum = (table.payloadBytes[half] ?? 0) + (table.missedBytes[half] ?? 0)
      mustHold(
        sum === this.offsets.get(half),
        () => `Half-stream ${half} has ${sum} bytes, but its offset is ${this.offsets.get(half)}`,
      )
      this.note(
        'finished',
        half,
        table.repeatedBytes[half] ?? 0,
        table.conflictBytes[half] ?? 0,
        table.outsideBytes[half] ?? 0,
        table.dataPackets[half] ?? 0,
        table.messages[half] ?? 0,
      )
    }
    this.note('end', connection, table.closeReason[connection] ?? 0)
    this.lives.delete(connection)
  }

  /** @param {number} half @param {number} offset */
  checkOffset(half, offset) {
    mustHold(this.lives.has(half >> 1), () => `Half-stream ${half} speaks, but is not open`)
    mustHold(
      offset === this.offsets.get(half),
      () => `Half-stream ${half} goes on at ${offset}, but stands at ${this.offsets.get(half)}`,
    )
  }

  /** @param {string} what @param {number[]} numbers */
  note(what, ...numbers) {
    const text = Buffer.from(`${what} ${numbers.join(' ')}`)
    this.hash = hashBytes(text, 0, text.length, this.hash)
  }
}
