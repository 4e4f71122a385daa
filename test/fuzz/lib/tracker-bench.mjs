import { PageArena } from '../../../dist/bytes/page-arena.js'
import { SharedMemory } from '../../../dist/bytes/shared-memory.js'
import { ConnectionTable } from '../../../dist/flow/connection-table.js'
import { ConnectionTracker } from '../../../dist/flow/connection-tracker.js'
import { Comparison } from '../../../dist/stream/comparison.js'
import { HeldStore } from '../../../dist/stream/held-store.js'
import { RecentSegments } from '../../../dist/stream/recent-segments.js'
import { CheckingSink } from './checking-sink.mjs'
import { concat } from './mutate-bytes.mjs'
import { mustAgree, mustHold } from './properties.mjs'

const ARENA_BYTES = 4 * 1024 * 1024
const UNIT_BYTES = 2048
const SMALLEST_ARENA_BYTES = 64 * UNIT_BYTES
const SHARED = new SharedMemory(SharedMemory.allocate(ARENA_BYTES + SMALLEST_ARENA_BYTES))

/**
 * @typedef {object} BenchOptions
 * @property {boolean} lastWins
 * @property {number} heldSegments
 * @property {number} heldBytes
 * @property {number} openConnections
 * @property {number} tcpTimeoutSec
 * @property {number} udpTimeoutSec
 * @property {number} networks
 * @property {import('../../../dist/wire/network-tags.js').NetworkTags} networkTags
 */

/** A spill file in memory. */
class MemorySpill {
  constructor() {
    this.bytes = new Uint8Array(4096)
    this.end = 0
    this.kept = 0
  }

  /** @param {Uint8Array} bytes @param {number} from @param {number} to */
  write(bytes, from, to) {
    const position = this.end
    this.end += to - from
    this.kept += to - from
    while (this.end > this.bytes.length) this.bytes = concat([this.bytes, new Uint8Array(this.bytes.length)])
    this.rewrite(position, bytes, from, to)
    return position
  }

  /** @param {number} position @param {Uint8Array} bytes @param {number} from @param {number} to */
  rewrite(position, bytes, from, to) {
    mustHold(
      position + to - from <= this.end,
      () => `Spill file of ${this.end} bytes is written at ${position}`,
    )
    this.bytes.set(bytes.subarray(from, to), position)
  }

  /** @param {number} position @param {Uint8Array} target */
  read(position, target) {
    mustHold(
      position + target.length <= this.end,
      () => `Spill file of ${this.end} bytes is read at ${position}`,
    )
    target.set(this.bytes.subarray(position, position + target.length))
  }

  /** @param {number} bytes */
  free(bytes) {
    this.kept -= bytes
    mustHold(this.kept >= 0, () => `${this.kept} bytes are kept in the spill file`)
  }
}

/** A connection tracker with memory of its own and a sink that checks. */
export class TrackerBench {
  /**
   * @param {BenchOptions} options
   * @param {boolean} hasMemory Early bytes have room in memory; otherwise nearly all go to the spill file.
   * @param {(half: number, bytes: Uint8Array, from: number, to: number) => void} checkData
   */
  constructor(options, hasMemory, checkData) {
    const from = hasMemory ? 0 : ARENA_BYTES
    this.pages = new PageArena(
      SHARED,
      from,
      from + (hasMemory ? ARENA_BYTES : SMALLEST_ARENA_BYTES),
      UNIT_BYTES,
    )
    this.spill = new MemorySpill()
    this.table = new ConnectionTable()
    this.sink = new CheckingSink(this.table, checkData, !options.lastWins)
    // Without memory the spill file takes even the shortest segments.
    this.store = hasMemory ? new HeldStore(this.pages, this.spill) : new HeldStore(this.pages, this.spill, 0)
    this.options = options
    this.copies = new MemorySpill()
    const copies = new HeldStore(this.pages, this.copies, hasMemory ? undefined : 0)
    const inputs = { read: () => false }
    const recent = new RecentSegments(this.table, copies, inputs, new Uint8Array(0), new Comparison())
    this.tracker = new ConnectionTracker(this.table, this.sink, this.store, recent, options)
    this.tracker.startCapture(0)
    this.packets = 0
  }

  /** @param {Uint8Array} bytes @param {import('../../../dist/flow/flow-packet.js').FlowPacket} packet */
  packet(bytes, packet) {
    const { payloadFrom, payloadBytes } = packet
    this.sink.feed(bytes.subarray(payloadFrom, payloadFrom + payloadBytes), packet.tsSec, packet.tsNsec)
    this.packets += 1
    this.tracker.packet(bytes, packet)
    const { count } = this.table
    mustHold(count <= this.options.openConnections, () => `${count} connections are open`)
    // Every half-stream may hold as much as its limit, and one segment more; a 5-tuple has four candidates of 16 each.
    const most = 2 * count * (this.options.heldSegments + 1 + 4 * 16)
    mustHold(
      this.store.segments <= most,
      () => `${this.store.segments} segments are held, at most ${most} may be`,
    )
  }

  finish() {
    const { tracker, sink, table } = this
    tracker.finish(0, 0)
    mustHold(sink.lives.size === 0, () => `Connections ${[...sink.lives.keys()]} are not finished`)
    mustAgree(table.count, 0, 'Connections in the table at the end')
    mustAgree(tracker.rows.unbalanced, 0, 'Half-streams that do not balance')
    mustAgree([this.store.segments, this.spill.kept], [0, 0], 'What is held at the end')
    mustAgree(sink.packets, this.packets, 'Packets of the connections, and those fed,')
    const { payload, missing, gaps } = tracker.rows.totals
    mustAgree(
      { payload, missing, gaps },
      { payload: sink.payload, missing: sink.missing, gaps: sink.gaps },
      'Totals, and what was delivered,',
    )
    const opened = tracker.rows.opened.reduce((sum, count) => sum + count, 0)
    mustAgree(opened, sink.opens, 'Connections opened')
  }
}
