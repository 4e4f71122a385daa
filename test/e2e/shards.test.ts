import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ConvertOptions } from '../determinism/outcome.mjs'
import { partsAgainstWhole } from '../shards/parts.mjs'
import { pcapFile } from '../support/capture-writers.js'
import { FIXTURE_CAPTURES } from '../support/fixture-captures.js'
import { ethernet, ipv4, tcp, text, udp } from '../support/frames.js'
import { readTree, runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'shards-'))
afterAll(() => rmSync(folder, { recursive: true }))

const DATA = readdirSync('test/e2e/data')
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .map((name) => join('test/e2e/data', name))

/** Many connections, each of whose ports is used three times in one second. */
function reusedPorts(): string {
  const frames: Uint8Array[] = []
  for (let use = 0; use < 3; use++) {
    for (let port = 40_000; port < 40_060; port++) {
      const send = (isClient: boolean, flags: number, seq: number, ack: number, data = '') => {
        const ports = isClient ? { srcPort: port, dstPort: 80 } : { srcPort: 80, dstPort: port }
        const [src, dst] = isClient ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1']
        frames.push(ethernet(ipv4({ protocol: 6, src, dst }, tcp({ ...ports, flags, seq, ack }, text(data)))))
      }
      const first = 1000 + use * 2 ** 29
      send(true, 0x02, first, 0)
      send(false, 0x12, 7, first + 1)
      send(true, 0x18, first + 1, 8, `use ${use}`)
      send(false, 0x14, 8, first + 6)
      const query = udp({ srcPort: port, dstPort: 53 }, text(`query ${use}`))
      frames.push(ethernet(ipv4({ protocol: 17, src: '10.0.0.1', dst: '10.0.0.2' }, query)))
    }
  }
  const path = join(folder, 'reused.pcap')
  const packets = frames.map((frame, i) => ({
    tsSec: 1_700_000_000,
    tsNsec: i * 1_000_000,
    frame,
    originalBytes: frame.length,
  }))
  writeFileSync(path, pcapFile(packets))
  return path
}

const OPTIONS: ConvertOptions[] = [
  { separateSides: true, writeMetadata: true },
  { json: true, workers: 3, dedup: 'off' },
  { perFile: true, key: '5-tuple' },
]

describe('--shard', () => {
  it.each([1, 2, 7])('has in %i parts what one run has', async (parts) => {
    for (const options of OPTIONS) {
      const { differences, counts } = await partsAgainstWhole(
        folder,
        [...FIXTURE_CAPTURES, ...DATA],
        parts,
        options,
      )
      expect(differences).toEqual([])
      expect(Math.min(...counts)).toBeGreaterThan(0)
    }
  })

  it('gives connections of one second and port the same numbers', async () => {
    const { differences, counts } = await partsAgainstWhole(folder, [reusedPorts()], 4)
    expect(differences).toEqual([])
    expect(counts.reduce((sum, count) => sum + count)).toBe(240)
    expect(Math.min(...counts)).toBeGreaterThan(30) // of 60 on the average
  })

  it('goes with archives and ZIP files', async () => {
    const [whole, got] = [join(folder, 'whole'), join(folder, 'got')]
    await runProgram([...FIXTURE_CAPTURES, '-q', '-o', whole])
    mkdirSync(got)
    const seed = join(folder, 'seed.txt')
    writeFileSync(seed, 'secret\n')
    const names: string[] = []
    for (const part of [1, 2]) {
      const archive = join(folder, `archive${part}`)
      const shard = ['--shard', `${part}/2`, '--seed-file', seed]
      const made = await runProgram(['index', ...FIXTURE_CAPTURES, '-q', '-o', archive, ...shard])
      expect([made.code, made.stderr]).toEqual([0, ''])
      const back = await runProgram(['get', archive, '--where', 'orig_pkts >= 0', '-q', '-o', got])
      expect([back.code, back.stderr]).toEqual([0, ''])
      const zip = join(folder, `part${part}.zip`)
      const shared = ['--shard', `${part}/2`, '--seed', 'secret']
      expect((await runProgram([...FIXTURE_CAPTURES, '-q', '-o', zip, ...shared])).code).toBe(0)
      const content = readFileSync(zip).toString('latin1')
      names.push(...[...readTree(whole).keys()].filter((name) => content.includes(name)))
    }
    expect(readTree(got)).toEqual(readTree(whole))
    expect(names.sort()).toEqual([...readTree(whole).keys()].sort()) // each in one of them
  })

  it('converts again with --resume what another part or seed has made, and keeps no seed', async () => {
    const out = join(folder, 'resumed')
    const run = (...args: readonly string[]) =>
      runProgram(['fixtures/dns.pcap', '-q', '-o', out, '--resume', '--summary', '-', ...args])
    const statuses: string[] = []
    for (const [shard, seed] of [
      ['1/2', 'very secret'],
      ['1/2', 'very secret'],
      ['1/2', 'other'],
      ['2/2', 'other'],
    ] as const) {
      const { stdout } = await run('--shard', shard, '--seed', seed)
      statuses.push(JSON.parse(stdout.toString()).inputs[0].status)
    }
    expect(statuses).toEqual(['ok', 'skipped', 'ok', 'ok'])
    const record = readFileSync(join(out, '.pcap2conn.json'), 'utf8')
    expect(record).not.toMatch(/very secret|other"|6f74686572/)
  })

  it.each([
    [['--shard', '1/2'], 'Cannot use --shard 1/2 without --seed TEXT or --seed-file FILE'],
    [['--shard', '0/2', '--seed', 'a'], 'Cannot use --shard 0/2: must be a part'],
    [['--shard', '3/2', '--seed', 'a'], 'Cannot use --shard 3/2: must be a part'],
    [['--shard', '1', '--seed', 'a'], 'Cannot use --shard 1: must be a part'],
    [['--shard', '1/99999', '--seed', 'a'], 'Cannot use --shard 1/99999: must be a part'],
    [['--seed', 'a'], 'Cannot use --seed without --shard'],
    [['--seed-file', 'a'], 'Cannot use --seed-file without --shard'],
    [['--shard', '1/2', '--seed', ''], 'Cannot use --seed "": must be a text'],
    [['--shard', '1/2', '--seed', 'a', '--seed-file', 'b'], 'Cannot use --seed with --seed-file'],
    [['--shard', '1/2', '--seed-file', 'none.txt'], 'Cannot use --seed-file none.txt: no such file'],
    [['--shard', '1/2', '--seed-file', '/dev/null'], 'Cannot use --seed-file /dev/null: it is empty'],
    [['--shard', '1/2', '--seed-file', 'fixtures'], 'Cannot use --seed-file fixtures: '],
  ])('refuses %j', async (args, problem) => {
    const { code, stderr } = await runProgram(['fixtures/dns.pcap', '--no-write', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining(problem)])
  })
})
