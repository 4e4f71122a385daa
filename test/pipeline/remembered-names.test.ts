import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { toConfig } from '../../dist/config/config.js'
import { runConversion } from '../../dist/pipeline/run.js' // threads run only what is built
import { toMemory } from '../../fixtures/generator/byte-output.mjs'
import { PcapWriter } from '../../fixtures/generator/capture-writers.mjs'
import { endpoint, ethernet, ip, UDP, udp } from '../../fixtures/generator/packets.mjs'
import { readTree, withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'

const SWEEP_PACKETS = 65_536
const ROUNDS = 4
const PORTS = 30
/** 2024-03-05 09:30:00 UTC */
const FIRST_SEC = 1_709_631_000
/** Longer than connections last. */
const ROUND_SEC = 10

// Every round, the same datagrams of the same second; then so many others of a later second that a sweep follows.
const capture = toMemory((output) => {
  const server = endpoint('198.51.100.1', 53)
  const frames = Array.from({ length: PORTS }, (_, port) => {
    const client = endpoint('192.0.2.1', 4_000 + port)
    return ethernet(client, server, ip(client, server, UDP, udp(client, server, Buffer.from(`${port}`))))
  })
  const writer = new PcapWriter(output)
  const add = (frame: Uint8Array, sec: number) => {
    output.bytes.set(frame, writer.begin())
    writer.end(frame.length, sec, 0)
  }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const frame of frames.slice(1)) add(frame, FIRST_SEC)
    for (let i = 0; i < 2 * SWEEP_PACKETS; i++) add(frames[0]!, FIRST_SEC + ROUND_SEC * round)
  }
})

it('loses no file where it has forgotten which names were taken, with any number of workers', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'a.pcap')
    writeFileSync(path, capture)
    const trees: ReadonlyMap<string, string>[] = []
    for (const workers of [1, 3]) {
      const out = join(folder, `${workers}`)
      const options = { inputFile: path, outputDir: out, workers, utc: true, udpTimeout: 1 }
      const config = toConfig({ ...options, index: join(out, 'index.jsonl') })
      const limits = { ...config.limits, rememberedPackets: 1000 }
      const summary = await runConversion({ ...config, limits }, {})
      expect(summary.errors).toEqual([])
      expect(summary.limits.remembered_packets).toBe((ROUNDS - 1) * (PORTS - 1))
      expect(summary.files).toBe(ROUNDS * PORTS)
      const records = readTree(out).get('index.jsonl')!.toString().trimEnd().split('\n')
      expect(new Set(records.map((line) => JSON.parse(line).uid)).size).toBe(ROUNDS * PORTS)
      trees.push(treeHashes(out))
    }
    expect(treeDifferences(trees[0]!, trees[1]!)).toEqual([])
  }))
