import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { toConfig } from '../../dist/config/config.js' // threads run only what is built
import { convert } from '../../dist/index.js'
import { runConversion } from '../../dist/pipeline/run.js'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import type { Progress } from '../../src/pipeline/hooks.js'
import { isBalanced } from '../../src/summary.js'
import { troubledPlan } from '../e2e/traffic.js'
import { pcapFile } from '../support/capture-writers.js'
import { ethernet, ipv4, udp } from '../support/frames.js'
import { withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'

const plan = troubledPlan({ connections: 80, concurrency: 30, messageBytes: 3_000, segmentBytes: 500 })
const capture = generateBytes(plan, 21).bytes

it('resolves when it was aborted before it began, though standard input gives nothing', () =>
  withFolder(async (folder) => {
    const stdin = new PassThrough() // never ends
    const options = { inputFile: '-', outputDir: join(folder, 'out') }
    const summary = await convert(options, { stdin, signal: AbortSignal.abort() })
    expect(summary).toMatchObject({ packets: { read: 0 }, files: 0, errors: [] })
    expect(stdin.destroyed || stdin.listenerCount('readable') === 0).toBe(true)
  }))

it('runs several times at once in one process, each as if it were alone', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'a.pcap'), capture)
    const run = (name: string, workers: number) => {
      const index = join(folder, name, 'x.jsonl')
      return convert({
        inputFile: join(folder, 'a.pcap'),
        outputDir: join(folder, name),
        index,
        workers,
        separateSides: true,
      })
    }
    const alone = await run('alone', 2)
    const together = await Promise.all([run('1', 1), run('2', 2), run('3', 3)])
    for (const summary of together) {
      expect({ ...summary, seconds: 0, workers: 0 }).toEqual({ ...alone, seconds: 0, workers: 0 })
    }
    const expected = treeHashes(join(folder, 'alone'))
    for (const name of ['1', '2', '3'])
      expect(treeDifferences(expected, treeHashes(join(folder, name)))).toEqual([])
  }))

it('reports how far it has come, and balances', () =>
  withFolder(async (folder) => {
    let goOn = () => {}
    const isReported = new Promise<void>((done) => {
      goOn = done
    })
    const seen: Progress[] = []
    const onProgress = (progress: Progress) => {
      seen.push(progress)
      if (progress.packets > 0) goOn()
    }
    async function* slowly() {
      const half = capture.length >> 1
      yield capture.subarray(0, half)
      await isReported
      yield capture.subarray(half)
    }
    const stdin = Readable.from(slowly())
    const summary = await convert({ inputFile: '-', outputDir: folder, noWrite: true }, { stdin, onProgress })
    expect(isBalanced(summary.packets)).toBe(true)
    expect(seen[0]).toMatchObject({ bytesTotal: null })
    for (const [i, { packets, bytesRead }] of seen.entries()) {
      expect(packets).toBeLessThanOrEqual(summary.packets.read)
      expect(bytesRead).toBeGreaterThanOrEqual(seen[i - 1]?.bytesRead ?? 0)
    }
    expect(summary.inputs).toMatchObject([{ path: '-', bytes: capture.length, status: 'ok' }])
  }))

it('makes no folder where nothing is to be written to it', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'a.pcap'), capture)
    const outputDir = join(folder, 'out')
    const stdout = new PassThrough()
    stdout.resume()
    await convert({ inputFile: join(folder, 'a.pcap'), outputDir, noWrite: true })
    await convert({ inputFile: join(folder, 'a.pcap'), outputDir, writeToConsole: true }, { stdout })
    expect(existsSync(outputDir)).toBe(false)
    expect(readFileSync(join(folder, 'a.pcap')).equals(capture)).toBe(true)
  }))

it('reads a small file on one thread, however much it unpacks to', () =>
  withFolder(async (folder) => {
    const packets = 1_500
    const frame = ethernet(ipv4({ protocol: 17 }, udp({}, Buffer.alloc(40_000))))
    const datagram = { tsSec: 1, tsNsec: 0, frame, originalBytes: frame.length }
    const content = pcapFile(Array(packets).fill(datagram), { snaplen: 65_536 })
    writeFileSync(join(folder, 'a.pcap.gz'), gzipSync(content, { level: 1 }))
    const run = (name: string, workers: object) =>
      convert({
        inputFile: join(folder, 'a.pcap.gz'),
        outputDir: join(folder, name),
        dedup: 'off', // all its packets are one
        ...workers,
      })
    const inline = await run('inline', {})
    const threaded = await run('threaded', { workers: 1 })
    expect(inline).toMatchObject({ workers: 1, packets: { delivered: packets }, files: 1, errors: [] })
    expect({ ...inline, seconds: 0 }).toEqual({ ...threaded, seconds: 0 })
    const trees = ['inline', 'threaded'].map((name) => treeHashes(join(folder, name)))
    expect(treeDifferences(trees[0]!, trees[1]!)).toEqual([])
  }))

it.runIf(platform() === 'linux')('ends with the failure of an output where the worker has no thread', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'a.pcap'), capture)
    // Nothing can be made in that folder, which concerns all files.
    const options = { inputFile: join(folder, 'a.pcap'), outputDir: '/proc/self' }
    const { workers, failures, packets } = await convert(options)
    expect([workers, failures]).toEqual([1, [{ kind: 'run', message: expect.stringContaining('ENOENT') }]])
    expect(isBalanced(packets)).toBe(true)
  }),
)

it('takes the packets that a filter lets through, and rejects one that is wrong before anything is made', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'a.pcap'), capture)
    const options = { inputFile: join(folder, 'a.pcap'), outputDir: join(folder, 'out'), noWrite: true }
    const { packets, connections } = await convert({ ...options, filter: 'udp' })
    expect(isBalanced(packets)).toBe(true)
    expect(packets.filtered).toBeGreaterThan(0)
    expect(packets.delivered).toBeGreaterThan(0)
    expect(Object.keys(connections)).toEqual(['total', 'udp'])
    const wrong = convert({ ...options, noWrite: false, filter: 'udp port' })
    await expect(wrong).rejects.toThrow('Cannot use -e/--filter "udp port": column 9: expected an address')
    expect(existsSync(join(folder, 'out'))).toBe(false)
  }))

it('does not wait for host names of a filter when it is interrupted', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'a.pcap'), capture)
    const options = {
      inputFile: join(folder, 'a.pcap'),
      outputDir: join(folder, 'out'),
      filter: 'host a.invalid',
    }
    const summary = await convert(options, { signal: AbortSignal.abort() })
    expect(summary).toMatchObject({ packets: { read: 0 }, files: 0, errors: [] })
  }))

it.each([1, 2, 3])('limits the open connections of %i workers together, and says so', (workers) =>
  withFolder(async (folder) => {
    const connections = 3_000
    const packets = Array.from({ length: connections }, (_, i) => {
      const frame = ethernet(ipv4({ protocol: 17 }, udp({ srcPort: 1_000 + i }, Buffer.from('x'))))
      return { tsSec: 1 + i / 1_000, tsNsec: 0, frame, originalBytes: frame.length }
    })
    writeFileSync(join(folder, 'a.pcap'), pcapFile(packets))
    const config = toConfig({ inputFile: join(folder, 'a.pcap'), outputDir: join(folder, 'out'), workers })
    const limits = { ...config.limits, openConnections: 400 }
    const summary = await runConversion({ ...config, limits }, {})
    expect(summary).toMatchObject({ connections: { total: connections }, files: connections })
    // A worker that is done has given its places back before another has begun, at worst.
    expect(summary.limits.open_connections).toBeGreaterThanOrEqual(connections - 401 * workers)
    expect(summary.errors).toEqual([expect.stringMatching(/^Too many open connections: .*open_connections/)])
  }),
)

// [workers asked for, bytes, workers]
it.each([
  [256, 20_000, 8],
  [256, 9.5 * 2 ** 20, 10],
  [3, 20_000, 3],
])('of %i workers starts as many as %i bytes need', (workers, bytes, started) =>
  withFolder(async (folder) => {
    const frame = ethernet(ipv4({ protocol: 17 }, udp({}, Buffer.alloc(60_000))))
    const datagram = { tsSec: 1, tsNsec: 0, frame, originalBytes: frame.length }
    const content = pcapFile(Array(Math.ceil(bytes / frame.length)).fill(datagram), { snaplen: 65_536 })
    writeFileSync(join(folder, 'a.pcap'), content)
    expect(await convert({ inputFile: join(folder, 'a.pcap'), noWrite: true, workers })).toMatchObject({
      workers: started,
      errors: [],
    })
  }),
)
