import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withFolder } from '../support/program.js'
import { NOTES, troublesOf } from './injected-verdict.js'
import {
  type InjectedResult,
  type Injection,
  makeInputs,
  NO_FAULT,
  runAgain,
  runInjected,
  SHORT,
} from './injector.js'

/** How many calls of each run fail, one at a time; `all`: every call with each of its errors, once and from then on. */
const asked = process.env.PCAP2CONN_FAULTS ?? '8'
const isAll = asked === 'all'
/** Errors of a kind at most. */
const VARIANTS = 3
const AT_ONCE = 2
const INPUTS = ['in/handshake.pcap', 'in/lost.pcap.gz', 'in/day2/dns.pcap.zst', 'in/day2/reordered.pcapng']

/** What is done already is looked at by a second run, in which calls fail. */
const RESUMED_AGAIN = 'a second run with --resume'

const SETS: Readonly<Record<string, readonly string[]>> = {
  'sides, metadata': ['-s', '-m'],
  console: ['-c'],
  indexes: ['--index', 'x.jsonl', '--index', 'x.csv', '--index', 'x.parquet', '--report', 'r.html'],
  'a folder for each capture, resumed': ['--per-file', '--resume', '--index', 'x.jsonl'],
  [RESUMED_AGAIN]: ['--per-file', '--resume', '--index', 'x.jsonl'],
  'inputs merged': ['--merge', '-j'],
  'zeros, one file': ['--gaps', 'zeros', '-s', '-d', '-f', '1'],
  'threads, few files': ['--workers', '2', '-f', '2', '--index', 'x.jsonl'],
}

const BOTH = ['-o', 'out', '-q']
const SUMMARY = ['--summary', 's.json']

/** Numbers from 1 to `most`, evenly. */
function sample(most: number, count: number): number[] {
  const step = Math.max(1, most / count)
  return Array.from({ length: Math.min(most, count) }, (_, i) => Math.floor(i * step) + 1)
}

/** Which input each result is of: those that it gives alone. */
async function ownersOf(base: string, options: readonly string[]): Promise<Map<string, string | null>> {
  const owners = new Map<string, string | null>()
  for (const input of INPUTS) {
    const { files } = await runInjected(base, 'alone', [input, ...BOTH, ...options], NO_FAULT)
    for (const path of files.keys()) owners.set(path, owners.has(path) ? null : input)
  }
  return owners
}

describe.each(Object.entries(SETS))('one call of the file system fails: %s', (set, options) => {
  it(
    'and the run says so, ends, and keeps what is right',
    () =>
      withFolder(async (base) => {
        makeInputs(base)
        const run = set === RESUMED_AGAIN ? runSecond : runInjected
        mkdirSync(join(base, 'temp'))
        // What cannot be looked at is converted again, which the summary tells.
        const args = ['in', ...BOTH, ...(set === RESUMED_AGAIN ? [] : SUMMARY), ...options]
        const expected = await run(base, 'expected', args, NO_FAULT)
        expect([expected.code, expected.stderr]).toEqual([0, ''])
        const short = await run(base, 'short', args, SHORT)
        expect(troublesOf(expected, short, SHORT, new Map())).toEqual([])
        const owners = await ownersOf(base, options)
        const injections = isAll
          ? sample(expected.calls, expected.calls).flatMap((at) =>
              Array.from({ length: 2 * VARIANTS }, (_, i) => ({ at, variant: i >> 1, lasts: i % 2 === 1 })),
            )
          : sample(expected.calls, Number(asked)).map((at, i) => ({ at, variant: i, lasts: i % 2 === 1 }))
        const found: string[] = []
        const queue = [...injections]
        const work = async (name: string) => {
          for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
            const result = await run(base, name, args, next)
            const troubles = troublesOf(expected, result, next, owners)
            if (options.includes('--resume'))
              troubles.push(...(await troublesOfNext(base, name, args, expected)))
            const { fault } = result
            const what = `${set}: ${JSON.stringify({ ...next, ...fault })}`
            if (troubles.length > 0) found.push(`${what}: ${troubles.join('; ')}\n${result.stderr}`)
          }
        }
        await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => work(`run${i}`)))
        expect(found.join('\n')).toBe('')
      }),
    isAll ? 3_600_000 : 120_000,
  )
})

async function runSecond(base: string, name: string, args: readonly string[], injection: Injection) {
  await runInjected(base, name, args, NO_FAULT)
  return runAgain(base, name, args, injection)
}

/** The same run once more, without a fault, makes all whole. */
async function troublesOfNext(base: string, name: string, args: readonly string[], expected: InjectedResult) {
  const { code, stderr, files } = await runAgain(base, name, args, NO_FAULT)
  const wrong = [...expected.files].filter(
    ([path, bytes]) => path.startsWith('out/') && files.get(path)?.equals(bytes) !== true,
  )
  const more = [...files.keys()].filter((path) => !expected.files.has(path) && !NOTES.test(path))
  const isRight = code === 0 && wrong.length === 0 && more.length === 0
  return isRight ? [] : [`the next run: ${code} ${wrong.map(([path]) => path)} ${more} ${stderr}`]
}
