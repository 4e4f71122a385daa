import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { StreamContent } from '../../fixtures/generator/content.mjs'
import { generateFile } from '../../fixtures/generator/generate.mjs'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { singlePlan } from '../../fixtures/generator/presets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { ConnectionTruth } from '../../fixtures/generator/types.mjs'
import type { Summary } from '../../src/summary.js'
import { readTree, runProgram, withFolder } from '../support/program.js'

const SEED = 8
const MIB = 2 ** 20

const summaryIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary

it('one connection with more payload than all memory comes out whole', () =>
  withFolder(async (folder) => {
    const truths: ConnectionTruth[] = []
    const onConnection = (truth: ConnectionTruth) => truths.push(truth)
    generateFile(singlePlan(40 * MIB), SEED, join(folder, 'large.pcap'), { onConnection })
    const args = ['large.pcap', '-o', 'out', '-s', '-q', '--memory', '32M', '--summary', 'summary.json']
    const { code, stderr } = await runProgram(args, { cwd: folder })
    expect([code, stderr]).toEqual([0, ''])
    const [{ keys, streamBytes }] = truths as [ConnectionTruth]
    const names = readdirSync(join(folder, 'out')).sort()
    const hashes = names.map((name) =>
      createHash('sha256')
        .update(readFileSync(join(folder, 'out', name)))
        .digest('hex'),
    )
    const content = new StreamContent(SEED)
    expect(hashes).toEqual([0, 1].map((side) => content.sha256(keys[side]!, streamBytes[side]!)))
    expect(summaryIn(folder)).toMatchObject({ limits: {}, bytes: { missing: 0, written: 40 * MIB + 300 } })
  }))

it('early segments beyond all memory wait in a file: no limit is hit, no byte is lost', () =>
  withFolder(async (folder) => {
    const connections = 12
    const segments = 150
    const payload = (connection: number, segment: number) =>
      Buffer.alloc(1_400, `connection ${connection}, segment ${segment}; `)
    const script = new Script(1_709_631_000)
    const expected: Record<string, Buffer> = {}
    for (let i = 0; i < connections; i++) {
      // Their packets alternate; in each, the first segment comes after all others.
      const options = { client: endpoint(`192.0.2.${i}`, 4_000), server: endpoint('198.51.100.1', 80) }
      const tcp = script.tcp({ ...options, atMs: i / 100, stepMs: 1 })
      tcp.open()
      const all = Array.from({ length: segments }, (_, segment) => payload(i, segment))
      all.forEach((bytes, segment) => {
        tcp.send(0, bytes, { delayMs: segment === 0 ? 400 : 0 })
      })
      tcp.wait(400)
      tcp.close(0)
      expected[`20240305093000-TCP-192.0.2.${i}.4000-198.51.100.1.80.txt`] = Buffer.concat(all)
    }
    writeFileSync(join(folder, 'early.pcap'), script.toPcap())
    for (const setting of ['1M --workers 1', '1M --workers 3', '512M --workers 2']) {
      const args = ['early.pcap', '-o', 'out', '-q', '--force', '--summary', 'summary.json', '--memory']
      const { code, stderr } = await runProgram([...args, ...setting.split(' ')], { cwd: folder })
      expect([code, stderr]).toEqual([0, ''])
      const tree = readTree(join(folder, 'out'))
      expect([...tree.keys()]).toEqual(Object.keys(expected).sort())
      for (const [name, bytes] of tree) expect(bytes.equals(expected[name]!), name).toBe(true)
      const bytes = { payload: connections * segments * 1_400, missing: 0, retransmitted: 0 }
      expect(summaryIn(folder)).toMatchObject({ limits: {}, gaps: 0, bytes })
    }
  }))
