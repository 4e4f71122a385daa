import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { Random } from '../../fixtures/generator/random.mjs'
import { treeDifferences, treeHashes } from '../support/trees.mjs'
import { expectClearEnd, run, start, withCapture } from './fault-run.js'

const INPUTS = 6
const SEED = 2_024
/** From before the first file is opened to behind the last one, on a machine that is not busy. */
const LATEST_MS = 900
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGQUIT: 131 } as const

const random = new Random(SEED)
const moments = (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const).flatMap((signal) =>
  [0, 1, 2].map(
    (third) => [signal, Math.round((LATEST_MS * (third + random.below(1_000) / 1_000)) / 3)] as const,
  ),
)

const ARGS = [
  'in',
  '-o',
  'out',
  '-q',
  '-m',
  '--per-file',
  '--resume',
  '--workers',
  '2',
  '-f',
  '8',
  '--memory',
  '1M',
]

function withInputs(use: (folder: string) => Promise<void>): Promise<void> {
  return withCapture((folder) => {
    mkdirSync(join(folder, 'in'))
    for (let i = 0; i < INPUTS; i++)
      copyFileSync(join(folder, 'capture.pcap'), join(folder, 'in', `${i}.pcap`))
    return use(folder)
  })
}

/** Of the records only their place counts: times of inputs are in them. */
function resultsIn(folder: string): Map<string, string> {
  const hashes = treeHashes(folder)
  for (const name of hashes.keys()) if (name.endsWith('.pcap2conn.json')) hashes.set(name, 'record')
  return hashes
}

let expected: Map<string, string>
beforeAll(() =>
  withInputs(async (folder) => {
    expectClearEnd(folder, await run(folder, ARGS), 0, /^$/)
    expected = resultsIn(join(folder, 'out'))
  }),
)

it.each(moments)('%s after %d ms ends the run in order, and --resume completes it', (signal, afterMs) =>
  withInputs(async (folder) => {
    const { child, result } = start(folder, ARGS, { stdin: new Uint8Array(0) })
    await sleep(afterMs)
    child.kill(signal)
    const { code, signal: killedBy, stderr } = await result
    // Before the run has begun the signal has its usual effect, and after its end none.
    expect([`${CODES[signal]}`, '0', signal]).toContain(`${killedBy ?? code}`)
    expect(stderr).toBe('')
    expect(readdirSync(join(folder, 'temp'))).toEqual([])
    expectClearEnd(folder, await run(folder, ARGS), 0, /^$/)
    expect(treeDifferences(expected, resultsIn(join(folder, 'out')))).toEqual([])
  }),
)
