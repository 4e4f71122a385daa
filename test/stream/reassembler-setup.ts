import type { PageArena } from '../../src/bytes/page-arena.js'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { HeldStore } from '../../src/stream/held-store.js'
import type { Segment } from '../../src/stream/segment.js'
import { seqAdd } from '../../src/stream/seq.js'
import { TcpReassembler } from '../../src/stream/tcp-reassembler.js'
import { pageArena } from '../support/pages.js'
import { copiedSegments } from '../support/recent.js'
import { FEW_BYTES, MemorySpill } from './memory-spill.js'
import { RecordingSink } from './recording-sink.js'

interface Setup {
  lastWins?: boolean
  /** Where held bytes are kept. */
  pages?: PageArena
  heldSegments?: number
  heldBytes?: number
}

/** One reassembler over one connection (half-streams 0 and 1), with its sink, columns and spill. */
export function setUp(options: Setup = {}) {
  const table = new ConnectionTable()
  table.allocate()
  table.packets.fill(1, 0, 2) // both sides have been seen
  const sink = new RecordingSink()
  const spill = new MemorySpill()
  const store = new HeldStore(options.pages ?? pageArena(8), spill, FEW_BYTES)
  const limits = { heldSegments: options.heldSegments ?? 4096, heldBytes: options.heldBytes ?? 1024 * 1024 }
  const reassembler = new TcpReassembler(
    table,
    sink,
    store,
    copiedSegments(table),
    limits,
    options.lastWins ?? false,
  )

  /** Pushes `text` at `offset` from `firstSeq`, from a buffer that is spoiled afterwards. */
  function push(firstSeq: number, offset: number, text: string, tsSec = 0, wireBytes = text.length): void {
    const bytes = Buffer.from(`<${text}>`, 'latin1')
    reassembler.push(
      0,
      seqAdd(firstSeq, offset),
      bytes,
      segmentOf(bytes, 1, 1 + text.length, tsSec, wireBytes),
    )
    bytes.fill(0x21) // the slab is used again: nothing may still point at it
  }
  /** Ends the connection; its number may mean another one after it. */
  function end(): void {
    reassembler.flush(0)
    reassembler.release(0)
  }
  return { end, table, sink, spill, store, reassembler, push }
}

/** The segment whose payload is `bytes[from, to)`. */
export function segmentOf(
  bytes: Uint8Array,
  from: number,
  to: number,
  tsSec = 0,
  wireBytes = to - from,
): Segment {
  return {
    payloadFrom: from,
    payloadBytes: to - from,
    originalPayloadBytes: wireBytes,
    lastByte: to > from ? bytes[to - 1]! : 0,
    number: 1,
    tsSec,
    tsNsec: 0,
  }
}
