import { describe, expect, it } from 'vitest'
import { captureLoop, Stop } from '../../../src/capture/live/libpcap-loop.js'
import { FILE_HEADER_BYTES, RECORD_HEADER_BYTES } from '../../../src/capture/live/pcap-stream.js'
import type { RecordPump } from '../../../src/capture/live/record-pump.js'
import { allocateSlotRing, SlotConsumer, SlotProducer } from '../../../src/ring/slot-ring.js'

const SNAPLEN = 20
const RECORD_BYTES = RECORD_HEADER_BYTES + SNAPLEN
const SLOT_BYTES = FILE_HEADER_BYTES + 3 * RECORD_BYTES + 1

/** A kernel that has packets, each with its number in its first bytes. */
class FakePump implements RecordPump {
  readonly #ring: SlotProducer
  /** What it gives at the next calls, at most: a number of packets, or a status below 0. */
  readonly script: number[]
  readonly #secondsOf: (number: number) => number
  given = 0
  #left = 0
  #slot = 0
  #position = 0

  constructor(ring: SlotProducer, script: readonly number[], secondsOf: (number: number) => number) {
    this.#ring = ring
    this.#secondsOf = secondsOf
    this.script = [...script]
  }

  begin(slot: number): void {
    this.#slot = slot
    this.#position = FILE_HEADER_BYTES
  }

  take(most: number): number {
    if (this.#left === 0) this.#left = this.script.shift() ?? 0
    if (this.#left <= 0) {
      const status = this.#left
      this.#left = 0
      return status
    }
    const count = Math.min(most, this.#left)
    this.#left -= count
    for (let i = 0; i < count; i++) this.#put()
    return count
  }

  position(): number {
    return this.#position
  }

  flush(): void {}

  close(): void {}

  #put(): void {
    const slot = this.#ring.slots[this.#slot]!
    const view = new DataView(slot.buffer, slot.byteOffset, slot.byteLength)
    view.setUint32(this.#position, this.#secondsOf(this.given), true)
    view.setUint32(this.#position + 4, 0, true)
    view.setUint32(this.#position + 8, SNAPLEN, true)
    view.setUint32(this.#position + RECORD_HEADER_BYTES, this.given++, true)
    this.#position += RECORD_BYTES
    expect(this.#position).toBeLessThan(SLOT_BYTES)
  }
}

interface Run {
  /** Packets that the kernel has, turn by turn. */
  readonly script: readonly number[]
  readonly packetCount?: number
  /** Turn at which the capture is told to end; Infinity: never. */
  readonly stopAt?: number
  readonly stop?: number
  /** Milliseconds that a turn takes. */
  readonly turnMs?: number
  /** Times of the packets; without it all are older than everything. */
  readonly secondsOf?: (number: number) => number
  /** Turns from which on nobody empties the ring. */
  readonly fullFrom?: number
}

function run({
  script,
  packetCount = Number.POSITIVE_INFINITY,
  stopAt = Number.POSITIVE_INFINITY,
  ...rest
}: Run) {
  const { turnMs = 1, fullFrom = Number.POSITIVE_INFINITY, secondsOf = () => 0 } = rest
  const shared = allocateSlotRing(2, SLOT_BYTES, FILE_HEADER_BYTES)
  const ring = new SlotProducer(shared)
  const consumer = new SlotConsumer(shared)
  const pump = new FakePump(ring, script, secondsOf)
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const read: number[] = []
  const target = new Uint8Array(RECORD_BYTES)
  let turns = 0
  const drain = () => {
    while (consumer.read(target) > 0)
      read.push(new DataView(target.buffer).getUint32(RECORD_HEADER_BYTES, true))
  }
  const status = captureLoop({
    pump,
    ring,
    snaplen: SNAPLEN,
    isNanosecond: true,
    packetCount,
    stop,
    now: () => turns * turnMs,
    onFilled() {},
    onTurn() {
      turns += 1
      if (turns < fullFrom || turns > fullFrom + 3) drain()
      if (turns >= stopAt) Atomics.store(stop, 0, rest.stop ?? Stop.DRAIN)
      if (turns > 10_000) throw new Error('the loop does not end')
    },
  })
  drain()
  return { status, read, given: pump.given, turns }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

describe('captureLoop()', () => {
  it('hands over every packet once, in order, through slots that are smaller than what comes', () => {
    const { status, read } = run({ script: [1, 0, 7, 2, 0, 0, 30], stopAt: 20 })
    expect([status, read]).toEqual([0, numbers(40)])
  })

  it('ends with the packet that is the last one asked for', () => {
    const { status, read, given } = run({ script: [5, 5, 5], packetCount: 8 })
    expect([status, read, given]).toEqual([0, numbers(8), 8])
  })

  it('takes what the kernel still has when it is told to end', () => {
    const { read } = run({ script: [0, 0, 2, 0, 5, 0, 4], stopAt: 2 })
    expect(read).toEqual(numbers(11))
  })

  it('ends when packets are later than the order to end, though more come', () => {
    const { read, given } = run({ script: Array(100).fill(1), stopAt: 5, turnMs: 1000, secondsOf: (n) => n })
    expect(given).toBeGreaterThanOrEqual(6)
    expect(given).toBeLessThan(20)
    expect(read).toEqual(numbers(given))
  })

  it('ends after some seconds though packets come whose times stand still', () => {
    const { turns } = run({
      script: Array(9000)
        .fill(0)
        .map((_, i) => (i % 20 === 0 ? 1 : 0)),
      stopAt: 1,
      turnMs: 10,
    })
    expect(turns * 10).toBeLessThan(10_000)
  })

  it('loses nothing while the ring is full', () => {
    const { read } = run({ script: [9, 9, 9, 9], stopAt: 30, fullFrom: 2 })
    expect(read).toEqual(numbers(36))
  })

  it('ends at once when it is told to, though the ring is full', () => {
    const { turns } = run({ script: Array(100).fill(9), stopAt: 4, fullFrom: 2, stop: Stop.AT_ONCE })
    expect(turns).toBe(4)
  })

  it('says why it ended early, after handing over what came before', () => {
    const { status, read } = run({ script: [4, -1] })
    expect([status, read]).toEqual([-1, numbers(4)])
  })
})
