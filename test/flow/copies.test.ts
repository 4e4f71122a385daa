import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConnectionTable } from '../../src/flow/connection-table.js'
import { ConnectionTracker } from '../../src/flow/connection-tracker.js'
import { Copies } from '../../src/flow/copies.js'
import { blankFlowPacket, type FlowPacket } from '../../src/flow/flow-packet.js'
import type { RecentPackets } from '../../src/flow/recent-packets.js'
import { HeldStore } from '../../src/stream/held-store.js'
import { MemorySpill } from '../stream/memory-spill.js'
import { pageArena } from '../support/pages.js'
import { copiedSegments } from '../support/recent.js'
import { DEFAULTS, RecordingConnections } from './packets.js'

const [FIN, SYN, RST, ACK] = [1, 2, 4, 16]

/** A look-up among all packets of the one 5-tuple, which knows nothing of streams. */
class FullLookUp {
  readonly #seen = new Set<string>()
  /** Packets that were taken for new without a look, and were not. */
  readonly missed: string[] = []

  isCopy(_latest: number, bytes: Uint8Array, packet: FlowPacket): boolean {
    return this.#seen.has(contentOf(bytes, packet))
  }

  add(_previous: number, packet: FlowPacket): number {
    const content = contentOf(BYTES, packet)
    if (this.#seen.has(content)) this.missed.push(content)
    this.#seen.add(content)
    return packet.record
  }
}

const BYTES = Buffer.alloc(256, 'abcdefghijklmnopqrstuvwxyz')

function contentOf(bytes: Uint8Array, { src, seq, ack, tcpFlags, payloadFrom, payloadBytes }: FlowPacket) {
  return [
    src,
    seq,
    ack,
    tcpFlags,
    Buffer.from(bytes.subarray(payloadFrom, payloadFrom + payloadBytes)),
  ].join()
}

/** What a side does next. */
const STEPS = [
  'data',
  'data',
  'data',
  'ack',
  'ack',
  'syn',
  'fin',
  'rst',
  'again',
  'keepAlive',
  'jump',
] as const

interface Step {
  readonly side: 0 | 1
  readonly step: (typeof STEPS)[number]
  readonly length: number
  /** The capture lost it; it comes so many packets late; a copy of it comes so many packets later. */
  readonly isLost: boolean
  readonly late: number
  readonly copy: number | null
}

/** Packets of two hosts that know each other's numbers, in the order in which they were captured. */
function captured(steps: readonly Step[], hasSyn: boolean): Partial<FlowPacket>[] {
  const next = [7, 2 ** 31 - 4]
  const sent: [Partial<FlowPacket>[], Partial<FlowPacket>[]] = [[], []]
  const arrivals: { readonly at: number; readonly packet: Partial<FlowPacket> }[] = []
  const start: Step[] = ([0, 1, 0] as const).map((side, i) => ({
    side,
    step: i < 2 ? 'syn' : 'ack',
    length: 1,
    isLost: false,
    late: 0,
    copy: null,
  }))
  for (const [i, step] of [...(hasSyn ? start : []), ...steps].entries()) {
    const { side, length } = step
    const peer = side ^ 1
    let packet: Partial<FlowPacket> = {
      src: 1 + side,
      dst: 1 + peer,
      srcPort: 1000 + side,
      dstPort: 1000 + peer,
      seq: next[side]! | 0,
      ack: next[peer]! | 0,
      tcpFlags: ACK,
      payloadFrom: (next[side]! >>> 0) % 26,
      payloadBytes: 0,
      originalPayloadBytes: 0,
    }
    if (step.step === 'jump') next[side]! += 2 ** 28
    if (step.step === 'data') packet = { ...packet, payloadBytes: length, originalPayloadBytes: length }
    if (step.step === 'syn') packet = { ...packet, tcpFlags: sent[peer]!.length > 0 ? SYN | ACK : SYN }
    if (step.step === 'fin') packet = { ...packet, tcpFlags: FIN | ACK }
    if (step.step === 'rst') packet = { ...packet, tcpFlags: RST }
    if (step.step === 'keepAlive')
      packet = { ...packet, seq: (packet.seq! - 1) | 0, payloadBytes: 1, originalPayloadBytes: 1 }
    if (step.step === 'again') packet = { ...(sent[side].at(-length) ?? packet), ack: next[peer]! | 0 }
    if (step.step === 'data') next[side]! += length
    if (step.step === 'syn' || step.step === 'fin') next[side]! += 1
    sent[side].push(packet)
    if (!step.isLost) arrivals.push({ at: i + step.late + 0.5, packet })
    if (step.copy !== null) arrivals.push({ at: i + step.copy + 0.7, packet })
  }
  return arrivals.sort((a, b) => a.at - b.at).map(({ packet }) => packet)
}

it('looks for a copy of each packet that may have one', () => {
  const steps = fc.array(
    fc.record({
      side: fc.constantFrom(0 as const, 1 as const),
      step: fc.constantFrom(...STEPS),
      length: fc.integer({ min: 1, max: 4 }),
      isLost: fc.constantFrom(false, false, false, false, true),
      late: fc.constantFrom(0, 0, 0, 0, 1, 3),
      copy: fc.constantFrom(null, 0, 0, 1, 2, 5),
    }),
    { minLength: 1, maxLength: 30 },
  )
  fc.assert(
    fc.property(steps, fc.boolean(), (all, hasSyn) => {
      const table = new ConnectionTable()
      const lookUp = new FullLookUp()
      const copies = new Copies(table, lookUp as unknown as RecentPackets)
      const held = new HeldStore(pageArena(8), new MemorySpill())
      const sink = new RecordingConnections(table)
      const tracker = new ConnectionTracker(table, sink, held, copiedSegments(table), { ...DEFAULTS, copies })
      const packets = captured(all, hasSyn)
      for (const [i, fields] of packets.entries()) {
        const place = { number: i + 1, record: i + 1, protocol: 6, window: 1000, hash: 1, ipBytes: 40 }
        const lastByte = BYTES[fields.payloadFrom! + Math.max(0, fields.payloadBytes! - 1)]!
        const time = { tsSec: 1_700_000_000, tsNsec: i * 100_000 }
        tracker.packet(BYTES, Object.assign(blankFlowPacket(), fields, place, time, { lastByte }))
      }
      expect(lookUp.missed).toEqual([])
      tracker.finish(0, 0)
      expect(copies.count + sink.finishedOnes.reduce((n, { packets: [a, b] }) => n + a + b, 0)).toBe(
        packets.length,
      )
    }),
    { numRuns: 2000 },
  )
})
