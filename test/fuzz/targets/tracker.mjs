import { blankCapturedPacket } from '../../../dist/capture/captured-packet.js'
import { DEFAULT_LIMITS } from '../../../dist/config/config.js'
import { blankFlowPacket } from '../../../dist/flow/flow-packet.js'
import { EncapTable, EncapWriter } from '../../../dist/wire/encap-table.js'
import { FLOW_HASH_KEY_WORDS, flowHash } from '../../../dist/wire/flow-hash.js'
import { PacketDecoder } from '../../../dist/wire/packet-decoder.js'
import { blankTransportPacket } from '../../../dist/wire/transport-packet.js'
import { anatomyOf, writePcapng } from '../lib/capture-parts.mjs'
import { pick } from '../lib/mutate-bytes.mjs'
import { hostilePackets } from '../lib/mutate-capture.mjs'
import { mustAgree } from '../lib/properties.mjs'
import { TrackerBench } from '../lib/tracker-bench.mjs'

const FRAME_ROOM = 200 * 1024
const SPACE_BYTES = 256 * 1024
const SPOIL = 0x5a

const HASH_KEY = Uint32Array.from({ length: FLOW_HASH_KEY_WORDS }, (_, i) => Math.imul(i + 1, 0x9e3779b1))

/** Options of a tracker, tight ones among them. @param {import('../../../fixtures/generator/random.mjs').Random} random */
export function trackerOptions(random) {
  return {
    lastWins: random.chance(0.3),
    heldSegments: pick(random, [2, 16, 4096]),
    heldBytes: pick(random, [1000, 20_000, 1024 * 1024]),
    openConnections: pick(random, [2, 8, 100_000]),
    tcpTimeoutSec: pick(random, [0, 2, 3600]),
    udpTimeoutSec: pick(random, [0, 2, 300]),
    networks: pick(random, [1, 2, 256]),
    networkTags: { of: (/** @type {number} */ encapId) => encapId },
  }
}

/** @type {import('../lib/target.mjs').TargetMaker} */
export const tracker = ({ captures }) => ({
  name: 'tracker',
  make: (random) => writePcapng(hostilePackets(random, captures)),
  run: (input, random) => {
    const options = trackerOptions(random)
    const isInNetworks = random.chance(0.3)
    const sweepEvery = pick(random, [1, 7, 1_000_000])
    const benches = [new TrackerBench(options, true, () => {}), new TrackerBench(options, false, () => {})]
    let space = FRAME_ROOM
    const decoder = new PacketDecoder({
      decap: true,
      limits: DEFAULT_LIMITS,
      linkType: null,
      encaps: new EncapWriter(EncapTable.allocate(16)),
      space: {
        reserve: (bytes) => {
          const from = space
          space += bytes
          return from
        },
      },
    })
    const memory = new Uint8Array(FRAME_ROOM + SPACE_BYTES)
    const captured = blankCapturedPacket()
    const packet = blankTransportPacket()
    let number = 0
    for (const { frame, ...rest } of anatomyOf(input)?.packets ?? []) {
      space = FRAME_ROOM
      memory.fill(SPOIL, 0, frame.length + 64)
      memory.set(frame)
      Object.assign(captured, rest, { from: 0, to: frame.length })
      if (decoder.decode(memory, captured, packet) !== 'delivered') continue
      number += 1
      const { tsSec, tsNsec } = captured
      if (isInNetworks) packet.encapId = random.below(4)
      const { quoted, hasQuote, ...fields } = packet
      const hash = flowHash(memory, packet, HASH_KEY)
      for (const bench of benches) {
        bench.packet(memory, { ...blankFlowPacket(), ...fields, hash, number, tsSec, tsNsec })
        if (hasQuote) {
          const quotedHash = flowHash(memory, quoted, HASH_KEY)
          bench.tracker.icmpError(memory, {
            ...quoted,
            hash: quotedHash,
            tsSec,
            tsNsec,
            error: blankFlowPacket(),
          })
        }
        if (number % sweepEvery === 0) bench.tracker.sweep(tsSec)
      }
    }
    for (const bench of benches) bench.finish()
    mustAgree(benches[0]?.sink.hash, benches[1]?.sink.hash, 'What is delivered, with and without memory,')
  },
})
