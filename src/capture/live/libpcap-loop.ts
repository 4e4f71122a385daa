import { FILE_HEADER_BYTES, RECORD_HEADER_BYTES } from './pcap-stream.js'
import type { RecordPump } from './record-pump.js'
import type { SlotProducer } from './slot-ring.js'

/** What the loop needs to know of the world. */
export interface LoopParts {
  readonly pump: RecordPump
  readonly ring: SlotProducer
  readonly snaplen: number
  readonly packetCount: number
  /** One int32: not 0 when the capture is to end. */
  readonly stop: Int32Array
  /** Milliseconds that go up with the time. */
  readonly now: () => number
  /** A slot was handed over to a consumer that waits for it. */
  readonly onFilled: () => void
  /** Called at every turn, at least once in `IDLE_MS`; `isEmpty`: everything that came before has been handed over. */
  readonly onTurn: (isEmpty: boolean) => void
}

/** Longest sleep while no packets come. */
const IDLE_MS = 5
/** Longest sleep while no slot is free; the kernel's buffer holds what comes meanwhile. */
const FULL_MS = 50
/** The last packets before the end are there when so long none has come. Several times the kernel's handover time. */
const QUIET_MS = 60
/** The end is not put off for longer than this where packets come without a pause. */
const DRAIN_MS = 3_000

/**
 * Takes packets from the kernel to the ring until the capture is to end, or as many have come as were asked for; then
 * what the kernel still has. Nothing is given up here: where the ring is full, packets wait in the kernel's buffer, and
 * only the kernel drops.
 *
 * @returns The status of libpcap that ended the capture early; 0: none.
 */
export function captureLoop(parts: LoopParts): number {
  const { pump, ring, stop } = parts
  const recordBytes = parts.snaplen + RECORD_HEADER_BYTES
  let left = parts.packetCount
  let endsAtMs = Number.POSITIVE_INFINITY
  let quietAtMs = Number.POSITIVE_INFINITY
  while (left > 0) {
    if (endsAtMs === Number.POSITIVE_INFINITY && Atomics.load(stop, 0) !== 0) {
      endsAtMs = parts.now() + DRAIN_MS
      quietAtMs = parts.now() + QUIET_MS
    }
    if (!ring.hasFree()) {
      const before = parts.now()
      ring.waitForFree(FULL_MS)
      endsAtMs += parts.now() - before // waiting for others is no draining
      parts.onTurn(false)
      continue
    }
    const { taken, status } = fillSlot(pump, ring, recordBytes, left)
    left -= taken
    if (taken > 0 && publish(parts)) parts.onFilled()
    if (status < 0) return status
    const now = parts.now()
    if (taken > 0) quietAtMs = Math.max(quietAtMs, now + QUIET_MS)
    parts.onTurn(taken === 0)
    if (endsAtMs !== Number.POSITIVE_INFINITY && (now >= endsAtMs || now >= quietAtMs)) return 0
    if (taken === 0) Atomics.wait(stop, 0, endsAtMs === Number.POSITIVE_INFINITY ? 0 : 1, IDLE_MS)
  }
  return 0
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

function publish({ pump, ring }: LoopParts): boolean {
  pump.flush()
  return ring.publish(pump.position())
}
