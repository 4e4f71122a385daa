import type { SlotProducer } from '../../ring/slot-ring.js'
import { FILE_HEADER_BYTES, RECORD_HEADER_BYTES } from './pcap-stream.js'
import type { RecordPump } from './record-pump.js'

/** What the loop needs to know of the world. */
export interface LoopParts {
  readonly pump: RecordPump
  readonly ring: SlotProducer
  readonly snaplen: number
  /** The fractions of the records' times are nanoseconds, otherwise microseconds. */
  readonly isNanosecond: boolean
  readonly packetCount: number
  /** One int32 of {@link Stop}. */
  readonly stop: Int32Array
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** A slot was handed over to a consumer that waits for it. */
  readonly onFilled: () => void
  /** Called at every turn, at least every few milliseconds; `isEmpty`: the kernel has handed over everything. */
  readonly onTurn: (isEmpty: boolean) => void
}

/** Whether the capture is to go on, to end with what was received by now, or to end at once. */
export const Stop = { NO: 0, DRAIN: 1, AT_ONCE: 2 } as const

/** Longest sleep while no packets come. */
const IDLE_MS = 5
/** Longest sleep while no slot is free; the kernel's buffer holds what comes meanwhile. */
const FULL_MS = 50
/**
 * When no packet has come for so long, the kernel has handed over all that came before the end: several times its
 * handover time.
 */
const QUIET_MS = 60
/** It has also done so when a packet is this much later: packets of several processors may be out of order. */
const LATER_MS = 20
/** The end comes at the latest after this, whatever the times of the packets say. */
const DRAIN_MS = 3_000

/**
 * Moves packets from the kernel to the ring until the capture shall end or has the packets that were asked for, then
 * the packets that the kernel had received by then. Nothing is dropped here: while the ring is full, packets wait in
 * the kernel's buffer, and only the kernel drops.
 *
 * @returns The status of libpcap that ended the capture early; 0: none.
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

/** What is left to be taken of what the kernel received before the capture was to end. */
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

  /** Time that was spent waiting for others. */
  putOff(ms: number): void {
    this.#endMs += ms
    this.#quietMs += ms
  }

  /** Looks at the time of the last record in `slot`, whose records end at `to`. */
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
  const slotBytes = ring.slots[ring.slot]!.length - 1 // the C library ends its file with a byte of its own
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
