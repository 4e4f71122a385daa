import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateBytes } from '../../fixtures/generator/generate.mjs'
import type { Summary } from '../../src/summary.js'
import type { TablePart } from '../../src/view/view-data.js'
import { Viewer } from '../../src/view/viewer.js'
import { runProgram, startProgram, withFolder } from '../support/program.js'
import { datagramCapture } from './datagram-capture.js'
import { troubledPlan } from './traffic.js'

const RECORD = '.pcap2conn.json'
const plan = troubledPlan({ connections: 15, concurrency: 6, messageBytes: 1_500, segmentBytes: 500 })
const trouble = (seed: number) => generateBytes(plan, seed).bytes

/** Captures with all that a summary counts; the last in time comes first by name. */
const INPUTS: readonly [string, Uint8Array][] = [
  ['a-last.pcap', datagramCapture('last', 'last')],
  ...['b', 'c', 'd', 'e'].map((name, i): [string, Uint8Array] => [`${name}.pcap`, trouble(i)]),
  ['day2/cut.pcap', trouble(7).subarray(0, -11)],
  ['day2/cut.pcap.gz', gzipSync(trouble(8)).subarray(0, -9)],
  ['day2/damaged.pcap', damaged(trouble(9))],
  ['fragments.pcap', readFileSync('fixtures/fragments.pcap')],
  ['notes.txt', Buffer.from('no capture at all')],
  ['text.pcap', Buffer.from('no capture either')],
]

function damaged(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed.fill(0xff, 3_000, 3_200)
  return changed
}

const WAYS: readonly (readonly string[])[] = [
  ['--per-file'],
  ['--per-file', '-s', '-m', '--workers', '2', '--index', 'x.jsonl'],
  ['--gaps', 'zeros'],
  ['--merge', '-j', '--index', 'x.jsonl'],
]

function withInputs(use: (folder: string) => Promise<void>): Promise<void> {
  return withFolder((folder) => {
    for (const [name, bytes] of INPUTS) {
      mkdirSync(join(folder, 'in', 'day2'), { recursive: true })
      writeFileSync(join(folder, 'in', name), bytes)
    }
    return use(folder)
  })
}

const argsOf = (way: readonly string[]) => ['in', '-o', 'out', '-q', '--utc', '--summary', 's.json', ...way]

/** What a summary says of the result, as text: without times of running, and who has converted what. */
function resultIn(folder: string): string {
  const text = readFileSync(join(folder, 's.json'), 'utf8')
  const { seconds: _, workers: __, inputs, ...rest } = JSON.parse(text) as Summary
  const withoutStatus = inputs.map(({ status: _, ...input }) => input)
  return JSON.stringify({ ...rest, inputs: withoutStatus }, null, 1)
}

function statusesIn(folder: string): string[] {
  const { inputs }: Summary = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'))
  return inputs.map(({ status }) => status)
}

describe.each(WAYS)('the summary of a resumed run, %s %s %s %s', (...way) => {
  let expected: string
  let code: number | null
  beforeAll(() =>
    withInputs(async (folder) => {
      code = (await runProgram(argsOf(way), { cwd: folder })).code
      expected = resultIn(folder)
    }),
  )

  it('is that of an uninterrupted one when all is done, and when nothing is', () =>
    withInputs(async (folder) => {
      for (const _ of ['first', 'second', 'third']) {
        const run = await runProgram([...argsOf(way), '--resume'], { cwd: folder })
        expect(run.code).toBe(code)
        expect(resultIn(folder)).toBe(expected)
      }
      // Without the first two the text that is called a capture fails all of them, and is tried again.
      const isTriedAgain = !way.includes('--per-file') && !way.includes('--merge')
      expect(statusesIn(folder).includes('skipped')).toBe(!isTriedAgain)
    }))

  it('is that of an uninterrupted one after parts were lost', () =>
    withInputs(async (folder) => {
      const args = [...argsOf(way), '--resume']
      await runProgram(args, { cwd: folder })
      const records = readdirSync(join(folder, 'out'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith(RECORD),
      )
      for (const name of records.filter((_, i) => i % 2 === 0)) {
        const path = join(folder, 'out', name)
        writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), complete: false }))
      }
      expect((await runProgram(args, { cwd: folder })).code).toBe(code)
      expect(resultIn(folder)).toBe(expected)
    }))

  it('is that of an uninterrupted one after it was killed', () =>
    withInputs(async (folder) => {
      const { child, result } = startProgram([...argsOf(way), '--resume'], { cwd: folder })
      while (!existsSync(join(folder, 'out', 'b.pcap', RECORD)) && child.exitCode === null)
        await new Promise((done) => setTimeout(done, 1))
      child.kill('SIGKILL')
      await result
      rmSync(join(folder, 's.json'), { force: true })
      expect((await runProgram([...argsOf(way), '--resume'], { cwd: folder })).code).toBe(code)
      expect(resultIn(folder)).toBe(expected)
    }))
})

it('a report and a view of a resumed run show all of it', () =>
  withInputs(async (folder) => {
    const args = [...argsOf(['--per-file', '--index', 'out/x.jsonl']), '--resume', '--report', 'r.html']
    const seen = async () => {
      const viewer = await Viewer.open({ outputDir: join(folder, 'out'), indexPath: null, port: 0 })
      try {
        for (;;) {
          const part = (await (await fetch(`${viewer.address}api/connections?`)).json()) as TablePart
          if (part.isLoaded) break
        }
        const payload = await fetch(`${viewer.address}api/payload?row=0`)
        const table = await (await fetch(`${viewer.address}api/connections?`)).text()
        return [table, payload.status, Buffer.from(await payload.arrayBuffer()).length]
      } finally {
        await viewer.close()
      }
    }
    const shown = () => /"packets":\{[^}]*\}/.exec(readFileSync(join(folder, 'r.html'), 'utf8'))?.[0]
    await runProgram(args, { cwd: folder })
    const first = [shown(), ...(await seen())]
    expect(first[0]).toMatch(/"read":\d{3,}/)
    const path = join(folder, 'out', 'c.pcap', RECORD)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"complete":true', '"complete":false'))
    await runProgram(args, { cwd: folder })
    expect([shown(), ...(await seen())]).toEqual(first)
  }))

it('counts that do not balance are none: the input is converted again', () =>
  withInputs(async (folder) => {
    const args = [...argsOf(['--per-file']), '--resume']
    await runProgram(args, { cwd: folder })
    const expected = resultIn(folder)
    const path = join(folder, 'out', 'b.pcap', RECORD)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace(/"read":\d+/, '"read":1'))
    await runProgram(args, { cwd: folder })
    expect(resultIn(folder)).toBe(expected)
    expect(readFileSync(path, 'utf8')).toBe(text)
  }))
