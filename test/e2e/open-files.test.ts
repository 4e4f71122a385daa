import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { toMemory } from '../../fixtures/generator/byte-output.mjs'
import { PcapWriter } from '../../fixtures/generator/capture-writers.mjs'
import { endpoint, ethernet, ip, UDP, udp } from '../../fixtures/generator/packets.mjs'
import type { Summary } from '../../src/summary.js'
import { openFilesOf } from '../support/processes.js'
import { readTree, startProgram, withFolder } from '../support/program.js'

const CONNECTIONS = 300
const ROUNDS = 12
/** More than one worker's buffers with the least memory: files are written, and closed for others, all the time. */
const DATAGRAM_BYTES = 1_400
/** Long enough for a program that starts slowly; nothing is reached by waiting longer. */
const LOOK_MS = 30_000

const FIRST_SEC = 1_709_631_000
const server = endpoint('198.51.100.9', 514)

const textOf = (connection: number, round: number) =>
  `${connection}/${round} `.repeat(DATAGRAM_BYTES).slice(0, DATAGRAM_BYTES)

/** A datagram of each connection in turn, so that all stay open to the end. */
function interleaved(): Buffer {
  return toMemory((output) => {
    const writer = new PcapWriter(output)
    for (let i = 0; i < CONNECTIONS * ROUNDS; i++) {
      const connection = i % CONNECTIONS
      const client = endpoint(`10.0.0.${connection % 250}`, 1_000 + connection)
      const payload = Buffer.from(textOf(connection, Math.floor(i / CONNECTIONS)))
      const frame = ethernet(client, server, ip(client, server, UDP, udp(client, server, payload)))
      output.bytes.set(frame, writer.begin())
      writer.end(frame.length, FIRST_SEC, i * 1_000)
    }
  })
}

// Other systems have no /proc. [-f, workers asked for, workers used]
it.skipIf(platform() !== 'linux').concurrent.each([
  [1, 4, 1],
  [2, 2, 2],
  [7, 3, 3],
])(
  'never has more than -f %d output files open with --workers %d, seen from outside, and uses %d',
  (mostFiles, workers, workersUsed) =>
    withFolder(async (folder) => {
      const out = join(folder, 'out')
      const summaryFile = join(folder, 'summary.json')
      const options = ['-f', `${mostFiles}`, '--workers', `${workers}`, '--memory', '1M']
      const { child, result } = startProgram([
        '-',
        '-o',
        out,
        ...options,
        '-m',
        '-q',
        '--summary',
        summaryFile,
      ])
      const capture = interleaved()
      const half = capture.length / 2
      let most = 0
      const look = async () => {
        const open = await openFilesOf(child.pid!, out)
        expect(open.length, open.join('\n')).toBeLessThanOrEqual(mostFiles)
        most = Math.max(most, open.length)
      }

      child.stdin.write(capture.subarray(0, half))
      const startedAt = performance.now()
      while (most < mostFiles && performance.now() - startedAt < LOOK_MS) {
        await look()
        await sleep(5)
      }
      child.stdin.end(capture.subarray(half))
      let isOver = false
      void result.then(() => {
        isOver = true
      })
      while (!isOver) {
        await look().catch(ignoreEnd)
        await sleep(5)
      }

      const { code, stderr } = await result
      expect([code, stderr]).toEqual([0, ''])
      expect(most).toBe(mostFiles)
      expect((JSON.parse(readFileSync(summaryFile, 'utf8')) as Summary).workers).toBe(workersUsed)
      const data = [...readTree(out)].filter(([name]) => !name.includes('metadata'))
      expect(data).toHaveLength(CONNECTIONS)
      for (const [name, bytes] of data) {
        const connection = Number(/\.(\d+)-198/.exec(name)?.[1]) - 1_000
        const expected = Array.from({ length: ROUNDS }, (_, round) => textOf(connection, round))
        expect(bytes.equals(Buffer.from(expected.join(''))), name).toBe(true)
      }
    }),
)

it.skipIf(platform() !== 'linux').concurrent(
  'needs no more descriptors than the system allows, whatever -f is',
  () =>
    withFolder(async (folder) => {
      // The second one is opened when all files of the first one are.
      for (const name of ['a.pcap', 'b.pcap']) writeFileSync(join(folder, name), interleaved())
      const limited = 'ulimit -n 110 && exec "$0" "$@"'
      const options = ['-s', '-m', '-q', '--workers', '2', '--memory', '1M', '--index', 'index.jsonl']
      const args = [resolve('bin/pcap2conn.js'), 'a.pcap', 'b.pcap', '-o', 'out', ...options]
      const child = spawn('sh', ['-c', limited, process.execPath, ...args], { cwd: folder, timeout: LOOK_MS })
      let stderr = ''
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString()
      })
      const code = await new Promise((done) => child.on('close', done))
      expect([code, stderr]).toEqual([0, ''])
      expect(readTree(join(folder, 'out')).size).toBe(2 * CONNECTIONS)
    }),
)

// The process may be gone between two steps of a look.
function ignoreEnd(error: NodeJS.ErrnoException): void {
  if (!['ESRCH', 'ENOENT', 'EACCES'].includes(error.code ?? '')) throw error
}
