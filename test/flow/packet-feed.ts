import type { CapturedPacket } from '../../src/capture/captured-packet.js'
import { DEFAULT_LIMITS } from '../../src/config/config.js'
import { BATCH_PACKETS } from '../../src/flow/batches.js'
import { blankFlowPacket } from '../../src/flow/flow-packet.js'
import type { DedupMode } from '../../src/flow/packet-content.js'
import { KEPT_EPOCHS, type PacketLog, RecentPackets } from '../../src/flow/recent-packets.js'
import {
  hasNumbersOf,
  RecordKind,
  readPacket,
  recordKind,
  writePacket,
} from '../../src/pipeline/line/descriptor.js'
import { RECORD_WORDS } from '../../src/ring/record-ring.js'
import { EncapTable, EncapWriter } from '../../src/wire/encap-table.js'
import { flowHash } from '../../src/wire/flow-hash.js'
import { MAX_REASSEMBLED_BYTES } from '../../src/wire/fragments.js'
import { PacketDecoder } from '../../src/wire/packet-decoder.js'
import { blankTransportPacket } from '../../src/wire/transport-packet.js'
import { hashKey } from '../support/hash-key.js'

/** One frame that a test captures. */
export interface FeedFrame {
  readonly frame: Uint8Array
  /** Microseconds of the capture. */
  readonly at: number
  readonly linkType?: number
  readonly interfaceId?: number
}

export interface FeedOptions {
  readonly mode?: DedupMode
  /** An epoch ends behind each so many frames; its bytes are spoiled when they may be. */
  readonly epochFrames?: number
  readonly limit?: number
}

const KEY = hashKey(7)
const SLOT_BYTES = 20_000
const SEC = 1_700_000_000

const secOf = (micros: number) => SEC + Math.floor(micros / 1e6)
const nsecOf = (micros: number) => (micros % 1e6) * 1_000

/** Takes frames the way of a worker. Returns of each packet that was delivered whether it is a copy, `1` or `0`. */
export function copiesOf(frames: readonly FeedFrame[], options: FeedOptions = {}) {
  const { mode = 'auto', epochFrames = Number.POSITIVE_INFINITY, limit = 4_096 } = options
  const spaceAt = frames.length * SLOT_BYTES
  const bytes = new Uint8Array(spaceAt + frames.length * MAX_REASSEMBLED_BYTES)
  let reserved = spaceAt
  const space = {
    reserve: (count: number) => {
      reserved += count
      return reserved - count
    },
  }
  const encaps = new EncapWriter(EncapTable.allocate(64))
  const decoder = new PacketDecoder({ decap: true, limits: DEFAULT_LIMITS, encaps, space, linkType: null })
  const words = new Uint32Array((frames.length + 2) * RECORD_WORDS)
  const log: PacketLog = {
    forgetTo: () => {},
    hasPacket: (row) => recordKind(words, row * RECORD_WORDS) === RecordKind.PACKET,
    isAlike: (row, packet) => hasNumbersOf(words, row * RECORD_WORDS, packet),
    read: (row, out) => readPacket(words, row * RECORD_WORDS, out),
  }
  const recent = new RecentPackets(mode, limit, log)
  const transport = blankTransportPacket()
  const packet = blankFlowPacket()
  const rows = new Map<number, number>()
  let verdicts = ''
  let low = Number.POSITIVE_INFINITY
  let high = 0
  let epochs = 0
  for (const [i, { frame, at, linkType = 1, interfaceId = 0 }] of frames.entries()) {
    const from = i * SLOT_BYTES
    bytes.set(frame, from)
    const captured: CapturedPacket = {
      tsSec: secOf(at),
      tsNsec: nsecOf(at),
      isNanosecond: false,
      linkType,
      interfaceId,
      recordFrom: from,
      from,
      to: from + frame.length,
      originalBytes: frame.length,
    }
    low = Math.min(low, at)
    high = Math.max(high, at)
    if (decoder.decode(bytes, captured, transport) === 'delivered') {
      const at = (i + 1) * RECORD_WORDS
      const { payloadFrom, payloadBytes } = transport
      const lastByte = payloadBytes === 0 ? 0 : bytes[payloadFrom + payloadBytes - 1]!
      writePacket(words, at, captured, transport, lastByte, flowHash(bytes, transport, KEY), i + 1)
      readPacket(words, at, packet)
      packet.record = i + 1
      const latest = rows.get(packet.hash) ?? 0
      const isCopy = recent.isCopy(latest, bytes, packet)
      if (!isCopy) rows.set(packet.hash, recent.add(latest, packet))
      verdicts += isCopy ? '1' : '0'
    }
    if ((i + 1) % BATCH_PACKETS === 0) {
      recent.endBatch(i + 2, {
        lowSec: secOf(low),
        lowNsec: nsecOf(low),
        highSec: secOf(high),
        highNsec: nsecOf(high),
      })
      low = Number.POSITIVE_INFINITY
      high = 0
    }
    if ((i + 1) % epochFrames !== 0) continue
    recent.endEpoch(i + 2, bytes)
    epochs += 1
    bytes.fill(0xee, 0, Math.max(0, epochs - KEPT_EPOCHS) * epochFrames * SLOT_BYTES)
  }
  return { verdicts, limitHits: recent.limitHits }
}
