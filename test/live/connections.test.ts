import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../../src/summary.js'
import { readTree, runProgram, withFolder } from '../support/program.js'
import { isRoot, makeNetwork, type Namespace, type Network, type Running } from './network.js'
import { content } from './programs/content.mjs'

const COUNT = 100
const BYTES = 128 * 1024
const PORT = 7001
const OTHER_PORT = 7002

// Connections without a pause. With cap the kernel has room for some 4,000 frames here, and what it drops is not
// counted: the next ones begin when these are in the raw file.
const portion = { libpcap: COUNT, cap: COUNT / 4 }

// [backend, interface]
const ways: ['libpcap' | 'cap', 'cable' | 'lo'][] = [
  ['libpcap', 'cable'],
  ['libpcap', 'lo'],
  ['cap', 'cable'],
  ['cap', 'lo'],
]

describe.runIf(isRoot)('a live capture of 200 connections, 50 MB in all', () => {
  let network: Network
  beforeAll(() => {
    network = makeNetwork()
  })
  afterAll(() => network.remove())

  it.each(ways)('has every byte, through %s on %s', async (backend, where) => {
    await withFolder(async (folder) => {
      const { left, right } = network
      const clientSide = where === 'lo' ? left : right
      const [ipv4, ipv6] = where === 'lo' ? ['127.0.0.1', '::1'] : [left.ipv4, left.ipv6]
      const servers = [ipv4, ipv6].flatMap((host) => [
        left.start('server.mjs', [host, String(PORT), String(BYTES)]),
        left.start('server.mjs', [host, String(OTHER_PORT), String(BYTES)]),
      ])
      const out = join(folder, 'out')
      const raw = join(folder, 'raw.pcapng')
      const summaryFile = join(folder, 'summary.json')
      const capture = left.start(null, [
        ...['-i', where === 'lo' ? 'lo' : left.ipv4, '-e', `tcp port ${PORT}`, '-s', '-o', out, '-w', raw],
        ...['--live-backend', backend, '--summary', summaryFile, '--buffer-size', '256M', '--workers', '2'],
      ])
      try {
        await capture.waitFor('Capturing on')
        await Promise.all(servers.map((server) => server.waitFor('ready')))
        const ports: number[] = []
        for (let first = 0; first < 2 * COUNT; first += portion[backend]) {
          const host = first < COUNT ? ipv4 : ipv6
          ports.push(...(await talk(clientSide, host, PORT, first, portion[backend])))
          if (backend === 'cap') await waitForBytes(raw, 2 * BYTES * ports.length)
        }
        await talk(clientSide, ipv4, OTHER_PORT, 0, 3) // what the filter excludes
        capture.child.kill('SIGINT')
        expect(await capture.code).toBe(130)

        const client4 = where === 'lo' ? ipv4 : right.ipv4
        const client6 = where === 'lo' ? ipv6 : right.ipv6
        expect(hashesOf(out)).toEqual(
          new Map(
            [
              ...expected(client4, ipv4, ports.slice(0, COUNT), 0),
              ...expected(client6, ipv6, ports.slice(COUNT), COUNT),
            ].sort(byName),
          ),
        )
        const summary: Summary = JSON.parse(readFileSync(summaryFile, 'utf8'))
        expect(summary).toMatchObject({
          inputs: [{ status: 'ok', dropped: 0, live: { backend } }],
          connections: { total: 2 * COUNT, tcp: 2 * COUNT },
          bytes: { payload: 4 * COUNT * BYTES, missing: 0 },
          errors: [],
        })
        await expectSame(folder, out, raw)
      } finally {
        for (const program of [capture, ...servers]) program.child.kill('SIGKILL')
        await Promise.all([capture, ...servers].map(({ code }) => code))
      }
    })
  })
})

if (!isRoot)
  it('cannot be tested without root: live captures are not tested here', () => {
    expect(isRoot).toBe(false)
  })

async function talk(
  from: Namespace,
  host: string,
  port: number,
  first: number,
  count: number,
): Promise<number[]> {
  const client: Running = from.start('client.mjs', [host, port, BYTES, first, count].map(String))
  expect([await client.code, client.stderr()]).toEqual([0, ''])
  return JSON.parse(client.stdout())
}

async function waitForBytes(file: string, bytes: number): Promise<void> {
  while (statSync(file).size < bytes) await setTimeout(20)
}

/** What the files must hold, by their names without the time. */
function expected(
  client: string,
  server: string,
  ports: readonly number[],
  first: number,
): [string, string][] {
  return ports.flatMap((port, i) => {
    const [a, b] = [`${client}.${port}`, `${server}.${PORT}`].map((text) => text.replaceAll(':', '_'))
    const pairs: [string, 'up' | 'down'][] = [
      [`TCP-${a}-${b}.txt`, 'up'],
      [`TCP-${b}-${a}.txt`, 'down'],
    ]
    return pairs.map(([name, direction]): [string, string] => [
      name,
      hashed(content(first + i, direction, BYTES)),
    ])
  })
}

function hashesOf(folder: string): Map<string, string> {
  const files = [...readTree(folder)].map(([name, bytes]): [string, string] => [
    name.replace(/^\d{14}-/, ''),
    hashed(bytes),
  ])
  return new Map(files.sort(byName))
}

// A difference is shown as a hash, not as a megabyte.
function hashed(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1
}

/** The raw packets, converted, give the same files. */
async function expectSame(folder: string, out: string, raw: string): Promise<void> {
  const again = join(folder, 'again')
  const result = await runProgram([raw, '-s', '-o', again])
  expect([result.code, result.stderr.includes('problem')]).toEqual([0, false])
  const shown = (tree: Map<string, Buffer>) => [...tree].map(([name, bytes]) => [name, hashed(bytes)])
  expect(shown(readTree(again))).toEqual(shown(readTree(out)))
}
