import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { toConfig } from '../../dist/config/config.js' // threads run only what is built
import { runConversion } from '../../dist/pipeline/run.js'
import { pcapFile, type WrittenPacket } from '../support/capture-writers.js'
import { ethernet, ipv4, tcp } from '../support/frames.js'
import { withFolder } from '../support/program.js'

const SYN = 2
const ACK = 16
const SEGMENT_BYTES = 1_448
const CLIENT = '10.0.0.1'
const SERVER = '10.0.0.2'

interface Sent {
  readonly src?: string
  readonly flags?: number
  readonly seq: number
  readonly ack?: number
  readonly payload?: Uint8Array
}

/** Packets between the two, 10 µs apart. */
function packetsOf(sent: readonly Sent[]): WrittenPacket[] {
  return sent.map(({ src = SERVER, flags = ACK, seq, ack = 0, payload }, i) => {
    const [srcPort, dstPort] = src === SERVER ? [80, 4_000] : [4_000, 80]
    const segment = tcp({ srcPort, dstPort, seq, ack, flags }, payload)
    const frame = ethernet(ipv4({ src, dst: src === SERVER ? CLIENT : SERVER, protocol: 6 }, segment))
    return { tsSec: 1_700_000_000, tsNsec: 10_000 * i, frame, originalBytes: frame.length }
  })
}

/** A server's answer of `segments` segments, of which the first comes when `late` others have come. */
function answer(
  segments: number,
  late: number,
  isOneSided = false,
): { packets: WrittenPacket[]; bytes: Buffer } {
  const bytes = Buffer.alloc(segments * SEGMENT_BYTES, 'an answer that is long enough; ')
  const send = (i: number): Sent => ({
    seq: 1 + i * SEGMENT_BYTES,
    ack: 1,
    payload: bytes.subarray(i * SEGMENT_BYTES, (i + 1) * SEGMENT_BYTES),
  })
  const repeated: Sent = { src: CLIENT, seq: 1, ack: 1 }
  const sent: Sent[] = [
    { src: CLIENT, flags: SYN, seq: 0 },
    { flags: SYN | ACK, seq: 0, ack: 1 },
  ]
  for (let i = 1; i < segments; i++) {
    sent.push(send(i), ...(i % 2 === 0 ? [repeated] : []))
    if (i === late) sent.push(send(0))
  }
  return { packets: packetsOf(sent.filter(({ src }) => !isOneSided || src !== CLIENT)), bytes }
}

it.each([
  ['1M', 1],
  ['1M', 2],
  ['512M', 2],
])(
  'a segment that is resent after 5 MiB of later ones is in its place, with --memory %s and %i workers',
  (memory, workers) =>
    withFolder(async (folder) => {
      const { packets, bytes } = answer(4_000, 3_900)
      writeFileSync(join(folder, 'a.pcap'), pcapFile(packets))
      const config = toConfig({
        inputFile: join(folder, 'a.pcap'),
        outputDir: join(folder, 'out'),
        workers,
        memory,
      })
      const summary = await runConversion(config, {})
      expect(summary).toMatchObject({ gaps: 0, bytes: { missing: 0 }, limits: {}, errors: [], warnings: [] })
      const [name] = readdirSync(join(folder, 'out'))
      expect(readFileSync(join(folder, 'out', name!)).equals(bytes)).toBe(true)
    }),
)

it('a capture of one side alone waits for 1 MiB', () =>
  withFolder(async (folder) => {
    const run = async (late: number) => {
      writeFileSync(join(folder, 'a.pcap'), pcapFile(answer(1_500, late, true).packets))
      const config = toConfig({ inputFile: join(folder, 'a.pcap'), noWrite: true })
      const { bytes, gaps, warnings } = await runConversion(config, {})
      return { gaps, missing: bytes.missing, warnings }
    }
    expect(await run(700)).toEqual({ gaps: 0, missing: 0, warnings: [] })
    expect(await run(1_400)).toEqual({ gaps: 1, missing: SEGMENT_BYTES, warnings: [] })
  }))

it.each([
  ['held_segments', { heldSegments: 100 }],
  ['held_bytes', { heldBytes: 100_000 }],
] as const)('a gap that %s forces is a warning that names it', (name, limit) =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'a.pcap'), pcapFile(answer(300, 299).packets))
    const config = toConfig({ inputFile: join(folder, 'a.pcap'), noWrite: true })
    const summary = await runConversion({ ...config, limits: { ...config.limits, ...limit } }, {})
    expect(summary).toMatchObject({ gaps: 1, limits: { [name]: 1 }, errors: [] })
    expect(summary.warnings).toEqual([
      expect.stringMatching(`^Gaps given up early: 1, .*[(]limit ${name}[)]$`),
    ])
  }),
)
