import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../../src/summary.js'
import { readTree, runProgram, withFolder } from '../support/program.js'
import { isRoot, makeNetwork, type Network, type Running } from './network.js'

const DATAGRAM_BYTES = 100
const PORT = '9009'
const backends = ['libpcap', 'cap']

describe.runIf(isRoot)('a live capture', () => {
  let network: Network
  beforeAll(() => {
    network = makeNetwork()
  })
  afterAll(() => network.remove())

  /** Captures datagrams on the loopback interface; `args` come on top. */
  async function captureDatagrams(folder: string, args: readonly string[], sender: readonly string[]) {
    const { left } = network
    const summaryFile = join(folder, 'summary.json')
    const capture = left.start(null, [
      ...['-i', 'lo', '-e', `udp port ${PORT}`, '-o', join(folder, 'out'), '--summary', summaryFile, ...args],
    ])
    let sending: Running | null = null
    try {
      await capture.waitFor('Capturing on')
      sending = left.start('datagrams.mjs', ['127.0.0.1', PORT, ...sender, String(capture.pid)])
      const code = await capture.code
      const summary: Summary = JSON.parse(readFileSync(summaryFile, 'utf8'))
      return { code, summary, numbers: numbersIn(join(folder, 'out')), stderr: capture.stderr() }
    } finally {
      for (const program of [capture, ...(sending === null ? [] : [sending])]) {
        program.child.kill('SIGKILL')
        await program.code
      }
    }
  }

  it.each(backends)(
    'that is interrupted loses nothing of what was received by then (%s)',
    async (backend) => {
      await withFolder(async (folder) => {
        const count = 3000
        const { code, summary, numbers } = await captureDatagrams(
          folder,
          ['--live-backend', backend, '--buffer-size', '256M'],
          ['5', String(count)],
        )
        expect([code, summary.errors]).toEqual([130, []])
        expect(numbers.length).toBeGreaterThanOrEqual(count)
        expect(firstMissing(numbers)).toBe(numbers.length)
      })
    },
  )

  it.each(backends)('ends when it is told to though packets come without a pause (%s)', async (backend) => {
    await withFolder(async (folder) => {
      const { code, summary } = await captureDatagrams(
        folder,
        ['--live-backend', backend, '--buffer-size', '1M'],
        ['0', '50000'],
      )
      expect([code, summary.errors]).toEqual([130, []])
    })
  })

  it.each(backends)('ends after as many packets as were asked for (%s)', async (backend) => {
    await withFolder(async (folder) => {
      const { code, summary, numbers } = await captureDatagrams(
        folder,
        ['--live-backend', backend, '--packet-count', '1234'],
        ['5', '-1'],
      )
      expect([code, summary.errors]).toEqual([0, []])
      expect(summary.packets.read).toBe(1234)
      expect(firstMissing(numbers)).toBe(1234)
    })
  })

  it.each(backends)('ends after as many seconds as were asked for (%s)', async (backend) => {
    await withFolder(async (folder) => {
      const { code, numbers } = await captureDatagrams(
        folder,
        ['--live-backend', backend, '--duration', '1.5'],
        ['5', '-1'],
      )
      expect(code).toBe(0)
      expect(numbers.length).toBeGreaterThan(0)
      expect(firstMissing(numbers)).toBe(numbers.length)
    })
  })

  it.each(backends)('keeps as much of each frame as was asked for (%s)', async (backend) => {
    await withFolder(async (folder) => {
      const args = ['--live-backend', backend, '--packet-count', '10', '--snaplen', '60']
      const { code, summary } = await captureDatagrams(folder, args, ['5', '-1'])
      expect(code).toBe(0)
      const captured = 10 * (60 - 14 - 20 - 8)
      expect(summary.bytes).toMatchObject({ captured: 600, payload: captured })
      expect(summary.details).toMatchObject({ cut_bytes: 10 * DATAGRAM_BYTES - captured })
    })
  })

  it('counts what the kernel dropped while nobody took packets, and says so', async () => {
    await withFolder(async (folder) => {
      const { left, right } = network
      const summaryFile = join(folder, 'summary.json')
      const raw = join(folder, 'raw.pcapng')
      const args = ['-i', left.cable, '-e', `udp port ${PORT}`, '-o', folder, '--summary', summaryFile]
      const capture = left.start(null, [...args, '-w', raw, '--buffer-size', '1M'])
      try {
        await capture.waitFor('Capturing on')
        process.kill(capture.pid, 'SIGSTOP')
        const sender = right.start('datagrams.mjs', [left.ipv4, PORT, '64', '20000', '0'])
        expect(await sender.code).toBe(0)
        process.kill(capture.pid, 'SIGCONT')
        process.kill(capture.pid, 'SIGINT')
        expect(await capture.code).toBe(130)
        const { packets, inputs }: Summary = JSON.parse(readFileSync(summaryFile, 'utf8'))
        const dropped = inputs[0]?.dropped ?? 0
        expect(dropped).toBeGreaterThan(0)
        expect(packets.read + dropped).toBe(inputs[0]?.live?.received)
        expect(capture.stderr()).toContain(`${dropped.toLocaleString('en')} dropped`)
        const again = await runProgram([raw, '--no-write', '--summary', '-'])
        expect(JSON.parse(again.stdout.toString()).inputs[0].dropped).toBe(dropped)
      } finally {
        capture.child.kill('SIGKILL')
        await capture.code
      }
    })
  })

  it('goes on beside a conversion that is slower, and loses nothing', async () => {
    await withFolder(async (folder) => {
      const args = ['--buffer-size', '256M', '--packet-count', '100000', '-jm', '--workers', '1']
      const { code, summary } = await captureDatagrams(folder, args, ['0', '-1'])
      expect([code, summary.packets.delivered, summary.inputs[0]?.dropped]).toEqual([0, 100_000, 0])
    })
  })

  // [backend, how it dies, what is said]
  const deaths: [string, (pid: number) => void, Record<string, string>, RegExp][] = [
    [
      'libpcap',
      () => {},
      { NODE_OPTIONS: `--import=${resolve('test/e2e/preload/terminated-worker.mjs')}` },
      /^problem .*: the thread of the capture ended$/m,
    ],
    ['cap', killChildren, {}, /^problem .*: the process of cap ended by SIGKILL$/m],
  ]
  it.each(deaths)('that dies ends with what it has, and says so (%s)', async (backend, die, env, says) => {
    await withFolder(async (folder) => {
      const args = ['-i', 'lo', '-o', join(folder, 'out'), '--live-backend', backend, '--workers', '1']
      const capture = network.left.start(null, args, env)
      try {
        await capture.waitFor('Capturing on')
        die(capture.pid)
        expect(await capture.code).toBe(75)
        expect(capture.stderr()).toMatch(says)
      } finally {
        capture.child.kill('SIGKILL')
        await capture.code
      }
    })
  })

  it('whose interface goes away ends with what it has, and says why', async () => {
    await withFolder(async (folder) => {
      const own = makeNetwork('x')
      const capture = own.left.start(null, ['-i', own.left.cable, '-o', folder])
      try {
        await capture.waitFor('Capturing on')
        own.right.removeCable()
        expect(await capture.code).toBe(75)
        expect(capture.stderr()).toMatch(/^problem .*(disappeared|went down)/m)
      } finally {
        capture.child.kill('SIGKILL')
        await capture.code
        own.remove()
      }
    })
  })
})

function killChildren(pid: number): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  for (const child of children.split(' ')) process.kill(Number(child), 'SIGKILL')
}

/** The lowest number that is not in its place. */
function firstMissing(numbers: readonly number[]): number {
  const at = numbers.findIndex((number, i) => number !== i)
  return at === -1 ? numbers.length : at
}

/** The numbers of the datagrams of the one connection, in the order of the file. */
function numbersIn(folder: string): number[] {
  const [file] = existsSync(folder) ? [...readTree(folder).values()] : []
  if (file === undefined || file.length % DATAGRAM_BYTES !== 0) return []
  return Array.from({ length: file.length / DATAGRAM_BYTES }, (_, i) => file.readUInt32BE(i * DATAGRAM_BYTES))
}
