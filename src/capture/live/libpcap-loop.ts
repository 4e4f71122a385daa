import type { SlotProducer } from '../../ring/slot-ring.js'
import { FILE_HEADER_BYTES, RECORD_HEADER_BYTES } from './pcap-stream.js'
import type { RecordPump } from './record-pump.js'

/** What the capture loop works with. */
export interface LoopParts {
  readonly pump: RecordPump
  readonly ring: SlotProducer
  readonly snaplen: number
  /** True when records have times in nanoseconds, false for microseconds. */
  readonly isNanosecond: boolean
  readonly packetCount: number
  /** One int32 with a value of {@link Stop}, set by another thread. */
  readonly stop: Int32Array
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Called when a slot was handed over to a waiting consumer. */
  readonly onFilled: () => void
  /** Called at every turn, at least every few milliseconds. `isEmpty`: the kernel has handed over all its packets. */
  readonly onTurn: (isEmpty: boolean) => void
}

/** NO: continue. DRAIN: end after the packets that the kernel has received by now. AT_ONCE: end immediately. */
export const Stop = { NO: 0, DRAIN: 1, AT_ONCE: 2 } as const

/** Longest sleep while no packets arrive. */
const IDLE_MS = 5
/** Longest sleep while no slot is free. Meanwhile packets wait in the kernel's buffer. */
const FULL_MS = 50
/**
 * After a stop request, silence of this length means that the kernel has handed over every packet from before the
 * request. It is several times the kernel's handover time.
 */
const QUIET_MS = 60
/** So does a packet this much later than the request. Packets of several processors may be slightly out of order. */
const LATER_MS = 20
/** Longest time from a stop request to the end, whatever the times of the packets. */
const DRAIN_MS = 3_000

/**
 * Moves packets from the kernel to the ring until it has `packetCount` packets or a stop is requested; then it also
 * moves the packets that the kernel had received by that time. Nothing is dropped here: while the ring is full, packets
 * wait in the kernel's buffer, and only the kernel drops packets.
 *
 * @returns The libpcap status that ended the capture early, or 0.
 */
export function captureLoop(parts: LoopParts): number {
  const { pump, ring, stop } = parts
  const recordBytes = parts.snaplen + RECORD_HEADER_BYTES
  let left = parts.packetCount
  let drain: Drain | null = null
  while (left > 0) {
    const order = Atomics.load(stop, 0)
    if (order === Stop.AT_ONCE) return 0
    if (drain === null && order === Stop.DRAIN) drain = new Drain(parts.now(), parts.isNanosecond ? 1e6 : 1e3)
    if (!ring.hasFree()) {
      const before = parts.now()
      ring.waitForFree(FULL_MS)
      drain?.putOff(parts.now() - before)
      parts.onTurn(false)
      continue
    }
    const { taken, status } = fillSlot(pump, ring, recordBytes, left)
    left -= taken
    if (taken > 0) {
      pump.flush()
      drain?.sawRecords(ring.slots[ring.slot]!, pump.position(), parts.now())
      if (ring.publish(pump.position())) parts.onFilled()
    }
    if (status < 0) return status
    parts.onTurn(taken === 0)
    if (drain?.isOver(parts.now())) return 0
    if (taken === 0) Atomics.wait(stop, 0, order, IDLE_MS)
  }
  return 0
}

/** Decides when all packets from before a stop request have been taken. */
class Drain {
  readonly #startMs: number
  #endMs: number
  #quietMs: number
  readonly #fractionsPerMs: number
  #isPast = false

  constructor(nowMs: number, fractionsPerMs: number) {
    this.#fractionsPerMs = fractionsPerMs
    this.#startMs = nowMs
    this.#endMs = nowMs + DRAIN_MS
    this.#quietMs = nowMs + QUIET_MS
  }

  /** Extends the deadlines by time spent waiting for a free slot. */
  putOff(ms: number): void {
    this.#endMs += ms
    this.#quietMs += ms
  }

  /** Notes that packets arrived. Looks at the time of the last record in `slot`, whose records end at `to`. */
  sawRecords(slot: Uint8Array, to: number, nowMs: number): void {
    this.#quietMs = nowMs + QUIET_MS
    const view = new DataView(slot.buffer, slot.byteOffset, slot.byteLength)
    let last = FILE_HEADER_BYTES
    for (let at = last; at < to; at += RECORD_HEADER_BYTES + view.getUint32(at + 8, true)) last = at
    const lastMs = view.getUint32(last, true) * 1000 + view.getUint32(last + 4, true) / this.#fractionsPerMs
    this.#isPast = lastMs > this.#startMs + LATER_MS
  }

  isOver(nowMs: number): boolean {
    return this.#isPast || nowMs >= this.#quietMs || nowMs >= this.#endMs
  }
}

function fillSlot(
  pump: RecordPump,
  ring: SlotProducer,
  recordBytes: number,
  packets: number,
): { taken: number; status: number } {
  const slotBytes = ring.slots[ring.slot]!.length - 1 // fmemopen() writes a zero byte at the end
  pump.begin(ring.slot)
  let taken = 0
  let position = FILE_HEADER_BYTES
  for (;;) {
    const most = Math.min(Math.floor((slotBytes - position) / recordBytes), packets - taken)
    if (most === 0) return { taken, status: 0 }
    const status = pump.take(most)
    if (status <= 0) return { taken, status }
    taken += status
    position = pump.position()
  }
}
