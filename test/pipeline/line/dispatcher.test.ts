import { describe, expect, it } from 'vitest'
import { fragments } from '../../../fixtures/generator/fragments.mjs'
import {
  concat,
  endpoint,
  ethernet,
  ICMP,
  icmp,
  ip,
  TCP,
  tcp,
  UDP,
  udp,
} from '../../../fixtures/generator/packets.mjs'
import type { CaptureReader } from '../../../src/capture/capture-reader.js'
import type { CapturedPacket } from '../../../src/capture/captured-packet.js'
import { DamageLog } from '../../../src/capture/damage-log.js'
import { DEFAULT_LIMITS } from '../../../src/config/config.js'
import { BATCH_PACKETS, type BatchTimes } from '../../../src/flow/batches.js'
import {
  blankFlowPacket,
  blankFlowQuote,
  type FlowPacket,
  type FlowQuote,
} from '../../../src/flow/flow-packet.js'
import { DatagramSpace } from '../../../src/pipeline/line/datagram-space.js'
import {
  controlNumber,
  packetNumber,
  RecordKind,
  readIcmpError,
  readPacket,
  recordKind,
} from '../../../src/pipeline/line/descriptor.js'
import { Dispatcher } from '../../../src/pipeline/line/dispatcher.js'
import { batchTimes } from '../../../src/pipeline/line/window-records.js'
import { allocateRing, RingConsumer, RingProducer } from '../../../src/ring/record-ring.js'
import { SlabPool } from '../../../src/ring/slab-pool.js'
import { isBalanced } from '../../../src/summary.js'
import { EncapTable, EncapWriter } from '../../../src/wire/encap-table.js'
import { PacketDecoder } from '../../../src/wire/packet-decoder.js'
import { hashKey } from '../../support/hash-key.js'
import { amsdu, snap, wlan } from '../../support/link-frames.js'

const SWEEP_PACKETS = 65_536
const SEED = 0xfeed
const WLAN = 105
const ARP = 0x0806
const a = endpoint('10.0.0.1', 1_000)
const b = endpoint('10.0.0.2', 53)

const datagram = (src = a, dst = b, text = 'x') =>
  ethernet(src, dst, ip(src, dst, UDP, udp(src, dst, Buffer.from(text))))

/** Gives frames that stand in the pool, one after the other; `count` of them, over and over. */
class FrameReader implements CaptureReader {
  readonly #frames: readonly { from: number; to: number }[]
  readonly #timeOf: (number: number) => number
  #left: number
  #number = 0
  readonly position = 0
  readonly fileOffset = 0
  readonly base = 0
  readonly problem = null
  readonly damage = new DamageLog({ file: 'a', isDecompressed: false })
  readonly droppedPackets = 0
  readonly interfaceCount = 1
  readonly isInterfaceLimitHit = false
  readonly headers = null
  readonly isBigEndian = false

  constructor(
    pool: SlabPool,
    frames: readonly Uint8Array[],
    count = frames.length,
    timeOf = (_: number) => 100,
  ) {
    let at = 0
    this.#frames = frames.map((frame) => {
      pool.bytes.set(frame, at)
      at += frame.length
      return { from: at - frame.length, to: at }
    })
    this.#left = count
    this.#timeOf = timeOf
  }

  window(): void {}

  next(out: CapturedPacket): 'packet' | 'end' {
    if (this.#left === 0) return 'end'
    const { from, to } = this.#frames[this.#number % this.#frames.length]!
    this.#left -= 1
    this.#number += 1
    const tsSec = this.#timeOf(this.#number)
    Object.assign(out, {
      tsSec,
      tsNsec: 7,
      isNanosecond: true,
      linkType: 1,
      from,
      to,
      originalBytes: to - from,
    })
    return 'packet'
  }
}

type Record = {
  kind: number
  control: number
  packets: number
  packet: FlowPacket
  text: string
  times: BatchTimes
}

function readQuote(words: Uint32Array, at: number): FlowQuote {
  const quote = blankFlowQuote()
  readIcmpError(words, at, quote)
  return quote
}

function setUp(workers: number, ringRecords = 1_024, linkType: number | null = null) {
  const pool = new SlabPool(2, 0, 256 * 1024, new SharedArrayBuffer(4 * workers))
  const shared = Array.from({ length: workers }, () => allocateRing(ringRecords))
  const rings = shared.map((ring) => new RingProducer(ring))
  const consumers = shared.map((ring) => new RingConsumer(ring))
  const space = new DatagramSpace(pool)
  const encaps = new EncapWriter(EncapTable.allocate(8))
  const decoder = new PacketDecoder({ decap: true, limits: DEFAULT_LIMITS, encaps, space, linkType })
  const dispatcher = new Dispatcher(pool, rings, decoder, space, hashKey(SEED))
  /** Takes what is published in the ring of a worker. */
  const take = (worker: number): Record[] => {
    const records: Record[] = []
    const consumer = consumers[worker]!
    for (let at = consumer.peek(); at >= 0; at = consumer.peek()) {
      const { words } = consumer
      const packet = blankFlowPacket()
      if (recordKind(words, at) === RecordKind.PACKET) readPacket(words, at, packet)
      else if (recordKind(words, at) === RecordKind.ICMP_ERROR) Object.assign(packet, readQuote(words, at))
      const payload = pool.bytes.subarray(packet.payloadFrom, packet.payloadFrom + packet.payloadBytes)
      records.push({
        kind: recordKind(words, at),
        control: controlNumber(words, at),
        packets: packetNumber(words, at),
        packet,
        text: Buffer.from(payload).toString(),
        times: batchTimes(words, at),
      })
      consumer.advance()
    }
    return records
  }
  const publish = () => {
    for (const ring of rings) ring.publish()
  }
  return { pool, dispatcher, space, take, publish }
}

describe('the dispatcher', () => {
  it('sends a packet once, with its payload, time and number', () => {
    const { pool, dispatcher, take, publish } = setUp(1)
    expect(dispatcher.dispatch(new FrameReader(pool, [datagram(a, b, 'one'), datagram(b, a, 'two')]))).toBe(
      'end',
    )
    publish()
    const records = take(0)
    expect(records.map(({ text }) => text)).toEqual(['one', 'two'])
    expect(records[1]!.packet).toMatchObject({ protocol: UDP, srcPort: 53, dstPort: 1_000, number: 2 })
    expect(records[1]!.packet).toMatchObject({ tsSec: 100, tsNsec: 7, isNanosecond: true })
    expect(records[0]!.packet.hash).toBe(records[1]!.packet.hash)
  })

  it('shows where the frame stands, its innermost IP header, and what identifies it', () => {
    const { pool, dispatcher, space, take, publish } = setUp(1)
    const inner = ip(a, b, TCP, tcp(a, b, { seq: 7, flags: 0x10 }, Buffer.from('in')), { id: 0x1234, ttl: 3 })
    const c = endpoint('192.0.2.1', 5_000)
    const vxlan = endpoint('192.0.2.2', 4_789)
    const outer = Buffer.concat([Buffer.from([8, 0, 0, 0, 0, 0, 5, 0]), ethernet(a, b, inner)])
    const frames = [
      ethernet(c, vxlan, ip(c, vxlan, UDP, udp(c, vxlan, outer), { id: 9, ttl: 200 }), [
        { tpid: 0x88a8, id: 10 },
        { tpid: 0x8100, id: 20 },
      ]),
      ...fragments(ip(a, b, UDP, udp(a, b, Buffer.alloc(900, 'z')), { id: 77, ttl: 5 }), 576, 77).map(
        (part) => ethernet(a, b, part),
      ),
    ]
    expect(frames).toHaveLength(3)
    const reader = new FrameReader(pool, frames)
    expect(pool.tryTake()).toBe(0) // of the frames
    expect(dispatcher.dispatch(reader)).toBe('full')
    space.tryRenew(0)
    expect(dispatcher.dispatch(reader)).toBe('end')
    publish()
    const [tunnelled, reassembled] = take(0).map(({ packet }) => packet)
    const first = frames[0]!
    const ipFrom = first.length - inner.length
    expect(tunnelled).toMatchObject({
      frameFrom: 0,
      frameBytes: first.length,
      ipFrom,
      transportFrom: ipFrom + 20,
      payloadFrom: ipFrom + 40,
      identification: 0x1234,
      hopLimit: 3,
      linkType: 1,
    })
    const lastFrom = first.length + frames[1]!.length
    expect(reassembled).toMatchObject({
      frameFrom: lastFrom,
      frameBytes: frames[2]!.length,
      ipFrom: lastFrom + 14,
      identification: 77,
      hopLimit: 5,
    })
    expect(reassembled!.payloadFrom - reassembled!.transportFrom).toBe(8)
    expect(reassembled!.payloadFrom).toBeGreaterThan(lastFrom + frames[2]!.length)
  })

  it('sends both directions of a connection to one worker, and all workers get some', () => {
    const { pool, dispatcher, take, publish } = setUp(4)
    const frames = Array.from({ length: 100 }, (_, i) => {
      const src = endpoint(`10.1.0.${i}`, 2_000 + i)
      return [datagram(src, b, `${i}`), datagram(b, src, `${i}`)]
    }).flat()
    dispatcher.dispatch(new FrameReader(pool, frames))
    publish()
    const taken = [0, 1, 2, 3].map((worker) => take(worker).map(({ text }) => text))
    for (const texts of taken) {
      expect(texts.length).toBeGreaterThan(10)
      for (const text of texts) expect(texts.filter((other) => other === text)).toHaveLength(2)
    }
    expect(taken.flat()).toHaveLength(200)
  })

  it('tells the worker of a quoted connection of an ICMP error', () => {
    const workers = 8
    const { pool, dispatcher, take, publish } = setUp(workers)
    const router = endpoint('10.9.9.9')
    const quoted = ip(a, b, UDP, udp(a, b, Buffer.from('lost')))
    const error = ethernet(router, a, ip(router, a, ICMP, icmp(router, a, 3, 3, 0, quoted)))
    dispatcher.dispatch(new FrameReader(pool, [datagram(), error]))
    publish()
    const taken = Array.from({ length: workers }, (_, worker) => take(worker))
    const owner = taken.find((records) => records.some(({ text }) => text === 'x'))!
    const told = owner.find(({ kind }) => kind === RecordKind.ICMP_ERROR)
    expect(told?.packet).toMatchObject({ protocol: UDP, srcPort: 1_000, dstPort: 53 })
    expect(told?.packet.hash).toBe(owner[0]!.packet.hash)
    expect(taken.flat().filter(({ kind }) => kind === RecordKind.PACKET)).toHaveLength(2)
    expect(dispatcher.packets).toMatchObject({ read: 2, delivered: 2 })
  })

  it('gives every packet one fate', () => {
    const { pool, dispatcher } = setUp(2)
    const segment = ip(a, b, TCP, tcp(a, b, { seq: 1, flags: 0x10 }))
    const arp = concat(datagram().subarray(0, 12), Uint8Array.of(8, 6), new Uint8Array(28))
    const cut = ethernet(a, b, segment).subarray(0, 40)
    const version = ethernet(a, b, concat(Uint8Array.of(0x35), segment.subarray(1)))
    dispatcher.dispatch(new FrameReader(pool, [datagram(), arp, cut, version, ethernet(a, b, segment)]))
    expect(dispatcher.packets).toEqual({
      read: 5,
      filtered: 0,
      not_ip: 1,
      malformed: 2,
      fragments: 0,
      duplicates: 0,
      other_shard: 0,
      delivered: 2,
    })
    expect(isBalanced(dispatcher.packets)).toBe(true)
    expect(dispatcher.capturedBytes).toBe(43 + 42 + 40 + 54 + 54)
  })

  it('stops before a ring is full, and goes on with the next packet when there is room', () => {
    const { pool, dispatcher, take, publish } = setUp(1, 8)
    const reader = new FrameReader(pool, [datagram(a, b, 'a'), datagram(a, b, 'b')], 31)
    const texts: string[] = []
    let rounds = 0
    for (; dispatcher.dispatch(reader) === 'full'; rounds++) {
      publish()
      const records = take(0)
      expect(records.length).toBeLessThanOrEqual(8)
      texts.push(...records.map(({ text }) => text))
    }
    publish()
    texts.push(...take(0).map(({ text }) => text))
    expect(rounds).toBeGreaterThan(2)
    expect(texts.join('')).toBe('ab'.repeat(15).concat('a'))
  })

  it('counts every packet of a frame that holds several, and stops between them when a ring is full', () => {
    const { pool, dispatcher, take, publish } = setUp(1, 8, WLAN)
    const contents = Array.from({ length: 20 }, (_, i) =>
      i === 7
        ? snap(Buffer.alloc(28), ARP)
        : snap(ip(a, b, UDP, udp(a, b, Buffer.from(String.fromCharCode(97 + i))))),
    )
    const frame = wlan({ qos: [0x80, 0] }, amsdu(...contents))
    const reader = new FrameReader(pool, [frame, wlan({}, contents[0]!), frame])
    const texts: string[] = []
    const collect = () => {
      publish()
      texts.push(...take(0).map(({ text }) => text))
    }
    while (dispatcher.dispatch(reader) === 'full') collect()
    collect()
    expect(texts.join('')).toBe('abcdefgijklmnopqrst'.concat('a', 'abcdefgijklmnopqrst'))
    expect(dispatcher.packets).toMatchObject({ read: 41, not_ip: 2, delivered: 39 })
    expect(isBalanced(dispatcher.packets)).toBe(true)
    expect(dispatcher.capturedBytes).toBe(2 * frame.length + wlan({}, contents[0]!).length)
  })

  it('has all workers sweep at the same packet, with the lowest time since the sweep before', () => {
    const workers = 3
    const { pool, dispatcher, take, publish } = setUp(workers)
    const timeOf = (number: number) =>
      number === 40 ? 7 : number === SWEEP_PACKETS + 9 ? 2 ** 33 : 1_000 + number
    const frames = [datagram(), datagram(b, endpoint('10.0.0.3', 9))]
    const reader = new FrameReader(pool, frames, 2 * SWEEP_PACKETS + 5, timeOf)
    const sweeps: [number, number, number][] = []
    const collect = () => {
      publish()
      for (let worker = 0; worker < workers; worker++) {
        for (const { kind, control, packets } of take(worker)) {
          if (kind === RecordKind.SWEEP) sweeps.push([worker, packets, control])
        }
      }
    }
    while (dispatcher.dispatch(reader) === 'full') collect()
    collect()
    const expected = [
      [SWEEP_PACKETS, 7],
      [2 * SWEEP_PACKETS, 1_000 + SWEEP_PACKETS + 1],
    ].flatMap(([packets, sec]) => [0, 1, 2].map((worker) => [worker, packets, sec]))
    expect(sweeps.sort((x, y) => x[1] - y[1] || x[0] - y[0])).toEqual(expected)
  })

  it('tells all workers the lowest and highest time of each batch, after the same packet', () => {
    const workers = 2
    const { pool, dispatcher, take, publish } = setUp(workers)
    const timeOf = (number: number) =>
      number === 9 ? 3 : number === BATCH_PACKETS + 44 ? 2 ** 33 : 1_000 + number
    const frames = [datagram(), datagram(b, endpoint('10.0.0.3', 9))]
    const reader = new FrameReader(pool, frames, 2 * BATCH_PACKETS + 5, timeOf)
    const batches: unknown[][][] = [[], []]
    for (let status = dispatcher.dispatch(reader); ; status = dispatcher.dispatch(reader)) {
      publish()
      for (const [worker, ofWorker] of batches.entries()) {
        for (const { kind, packets, times } of take(worker))
          if (kind === RecordKind.END_OF_BATCH) ofWorker.push([packets, ...Object.values(times)])
      }
      if (status !== 'full') break
    }
    const expected = [
      [BATCH_PACKETS, 3, 7, 1_000 + BATCH_PACKETS, 7],
      [2 * BATCH_PACKETS, 1_001 + BATCH_PACKETS, 7, 2 ** 33, 7],
    ]
    expect(batches).toEqual([expected, expected])
  })

  it('sweeps in each capture as if it were alone', () => {
    const { pool, dispatcher, take, publish } = setUp(1)
    const packets = SWEEP_PACKETS / 2 + 1
    const kinds: number[] = []
    for (const capture of [0, 1]) {
      dispatcher.startCapture(capture)
      const reader = new FrameReader(pool, [datagram()], packets)
      do {
        publish()
        kinds.push(...take(0).map(({ kind }) => kind))
      } while (dispatcher.dispatch(reader) === 'full')
    }
    publish()
    kinds.push(...take(0).map(({ kind }) => kind))
    const batches = Math.floor(packets / BATCH_PACKETS)
    const ofCapture = [RecordKind.START_CAPTURE, ...new Array<number>(batches).fill(RecordKind.END_OF_BATCH)]
    expect(kinds.filter((kind) => kind !== RecordKind.PACKET)).toEqual([...ofCapture, ...ofCapture])
    expect(kinds).toHaveLength(2 * (packets + 1 + batches))
  })
})
