import { randomFillSync } from 'node:crypto'
import { openSync, readSync } from 'node:fs'
import { PageArena } from '../../dist/bytes/page-arena.js'
import { SharedMemory } from '../../dist/bytes/shared-memory.js'
import { DETECT_BYTES } from '../../dist/capture/capture-format.js'
import { MAX_RECORD_BYTES } from '../../dist/capture/capture-reader.js'
import { blankCapturedPacket } from '../../dist/capture/captured-packet.js'
import { createCaptureReader } from '../../dist/capture/open-capture-reader.js'
import { toConfig } from '../../dist/config/config.js'
import { ConnectionTable } from '../../dist/flow/connection-table.js'
import { ConnectionTracker } from '../../dist/flow/connection-tracker.js'
import { blankFlowPacket } from '../../dist/flow/flow-packet.js'
import { FdBudget } from '../../dist/output/files/fd-budget.js'
import { outputsOf } from '../../dist/output/outputs.js'
import { PacketPlaces } from '../../dist/output/packet-places.js'
import { SpillFile } from '../../dist/output/spill-file.js'
import { WorkerOutputs } from '../../dist/output/worker-outputs.js'
import { readPacket, writePacket } from '../../dist/pipeline/line/descriptor.js'
import { allocateRing, RingConsumer, RingProducer } from '../../dist/ring/record-ring.js'
import { Comparison } from '../../dist/stream/comparison.js'
import { HeldStore } from '../../dist/stream/held-store.js'
import { RecentSegments } from '../../dist/stream/recent-segments.js'
import { EncapTable, EncapWriter } from '../../dist/wire/encap-table.js'
import { FLOW_HASH_KEY_WORDS, flowHash } from '../../dist/wire/flow-hash.js'
import { PacketDecoder } from '../../dist/wire/packet-decoder.js'
import { blankTransportPacket } from '../../dist/wire/transport-packet.js'

const READ_BYTES = 2 * 1024 * 1024
const HEADROOM_BYTES = 2 * MAX_RECORD_BYTES
const DATAGRAMS_BYTES = 64 * 1024 * 1024
const PAGES_BYTES = 128 * 1024 * 1024
const RING_RECORDS = 65_536
const SWEEP_PACKETS = 65_536

/** The stages of a packet's path, in order. */
export const STAGES = /** @type {const} */ (['read', 'scan', 'decode', 'hash', 'ring', 'flow', 'write'])

/** @typedef {typeof STAGES[number]} Stage */

const DECODE = STAGES.indexOf('decode')
const HASH = STAGES.indexOf('hash')
const RING = STAGES.indexOf('ring')
const FLOW = STAGES.indexOf('flow')

/**
 * Takes every packet of a capture through all stages up to `last`, on this thread.
 *
 * @param {string} capture
 * @param {Stage} last
 * @param {string} out existing folder for connection files; only used if `last` is 'write'
 * @returns {{ packets: number, seconds: number, hashes: number }} `hashes` keeps V8 from optimizing the hashes away
 */
export function runStages(capture, last, out) {
  const depth = STAGES.indexOf(last)
  const slab = HEADROOM_BYTES + READ_BYTES
  const memory = new SharedMemory(SharedMemory.allocate(slab + DATAGRAMS_BYTES + 2 * PAGES_BYTES))
  const { bytes } = memory
  const config = toConfig({
    inputFile: [capture],
    outputDir: out,
    separateSides: true,
    utc: true,
    noWrite: last !== 'write',
  })
  let reserved = slab
  const space = {
    reserve: (/** @type {number} */ count) => {
      reserved += count
      return reserved - count
    },
  }
  const encaps = EncapTable.allocate(config.limits.encaps)
  const decoder = new PacketDecoder({
    decap: true,
    limits: config.limits,
    encaps: new EncapWriter(encaps),
    space,
    linkType: null,
  })
  const ring = allocateRing(RING_RECORDS)
  const producer = new RingProducer(ring)
  const consumer = new RingConsumer(ring)
  const pages = (/** @type {number} */ from) => new PageArena(memory, from, from + PAGES_BYTES)
  const table = new ConnectionTable()
  const setup = { config: { ...config, writeFiles: last === 'write' }, handoverDir: null }
  const output = new WorkerOutputs(outputsOf(setup), {
    ...setup,
    table,
    encaps: new EncapTable(encaps),
    number: 0,
    tempFolder: out,
    pages: pages(slab + DATAGRAMS_BYTES),
    fdBudget: new FdBudget(FdBudget.allocate(500, 1)),
    console: null,
    inputFiles: new Set(),
    places: new PacketPlaces([]),
  })
  const heldPages = pages(slab + DATAGRAMS_BYTES + PAGES_BYTES)
  const held = new HeldStore(heldPages, new SpillFile(`${out}.held`))
  const copies = new HeldStore(heldPages, new SpillFile(`${out}.recent`))
  const recent = new RecentSegments(table, copies, { read: () => false }, memory.bytes, new Comparison())
  recent.startWindow({ from: 0, to: Number.POSITIVE_INFINITY, input: 0, base: 0 })
  const tracker = new ConnectionTracker(table, output.sink, held, recent, {
    ...config,
    ...config.limits,
    lastWins: false,
  })
  output.startCapture(out, null, 0)
  const captured = blankCapturedPacket()
  const packet = blankTransportPacket()
  const flowPacket = blankFlowPacket()
  let packets = 0
  let sum = 0

  const takeRecords = () => {
    producer.publish()
    for (let at = consumer.peek(); at >= 0; at = consumer.peek()) {
      readPacket(consumer.words, at, flowPacket)
      if (depth >= FLOW) tracker.packet(bytes, flowPacket)
      consumer.advance()
    }
  }
  const hashKey = randomFillSync(new Uint32Array(FLOW_HASH_KEY_WORDS))
  const takePacket = () => {
    packets += 1
    if (depth < DECODE) return
    if (decoder.decode(bytes, captured, packet) !== 'delivered') return
    if (depth < HASH) return
    const hash = flowHash(bytes, packet, hashKey)
    sum ^= hash
    if (depth < RING) return
    if (producer.free() === 0) takeRecords()
    const lastByte = bytes[packet.payloadFrom + packet.payloadBytes - 1] ?? 0
    writePacket(producer.words, producer.next(), captured, packet, lastByte, hash, packets)
    producer.commit()
    if (packets % SWEEP_PACKETS === 0 && depth >= FLOW) {
      takeRecords()
      tracker.sweep(captured.tsSec)
      output.sweep(captured.tsSec, packets)
    }
  }

  const start = performance.now()
  const descriptor = openSync(capture, 'r')
  let reader = null
  let from = HEADROOM_BYTES
  for (;;) {
    const count = readSync(descriptor, bytes, HEADROOM_BYTES, READ_BYTES, null)
    const to = HEADROOM_BYTES + count
    if (depth === 0) {
      if (count === 0) break
      continue
    }
    if (reader === null) {
      if (count < DETECT_BYTES) throw new Error(`"${capture}" is too small to measure`)
      const options = { maxInterfaces: config.limits.interfaces, isDecompressed: false }
      reader = createCaptureReader(bytes, from, to, capture, options)
    }
    reader.window(bytes, from, to, count === 0)
    let status = reader.next(captured)
    for (; status === 'packet'; status = reader.next(captured)) takePacket()
    takeRecords()
    reserved = slab
    if (status !== 'more') break
    from = HEADROOM_BYTES - (to - reader.position)
    bytes.copyWithin(from, reader.position, to)
  }
  tracker.finish(captured.tsSec, captured.tsNsec)
  output.finish()
  const seconds = (performance.now() - start) / 1000
  return { packets, seconds, hashes: sum }
}
