// Measures the time that the program needs for almost nothing, compared with Node itself. See README.md in this folder.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { generateFile } from '../fixtures/generator/generate.mjs'
import { shortPlan } from '../fixtures/generator/presets.mjs'
import { measure, median } from './lib/measure.mjs'
import { runBench, wholeNumber } from './lib/options.mjs'
import { PROGRAM } from './lib/programs.mjs'
import { remove } from './lib/work-folder.mjs'

const USAGE = `Usage: node bench/start-up.mjs [options]
  --rounds N       how often each command runs, taking turns (21)`
/** Connections of the capture, which has 10 KB. */
const CONNECTIONS = 4

/** @param {number} rounds */
async function main(rounds) {
  const folder = mkdtempSync(join(tmpdir(), 'pcap2conn-start-'))
  process.once('exit', () => remove(folder))
  const capture = join(folder, 'small.pcap')
  const { fileBytes } = generateFile(shortPlan(CONNECTIONS), 1, capture)

  /** @type {readonly [string, readonly string[]][]} */
  const commands = [
    ['node -e 0', ['-e', '0']],
    ['--version', [PROGRAM, '--version']],
    [
      `a capture of ${(fileBytes / 1000).toFixed(0)} KB`,
      [PROGRAM, capture, '-o', join(folder, 'out'), '-s', '-q', '--force'],
    ],
  ]

  /** @type {number[][]} */
  const seconds = commands.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, [name, args]] of commands.entries()) {
      const run = await measure(process.execPath, args)
      if (run.code !== 0) throw new Error(`${name}: exit code ${run.code}: ${run.stderr}`)
      seconds[i]?.push(run.seconds)
    }
  }
  for (const [i, [name]] of commands.entries()) {
    const own = seconds[i] ?? []
    const times = median(own.map((value, round) => value / (seconds[0]?.[round] ?? value)))
    console.log(
      `${name.padEnd(22)} ${(median(own) * 1000).toFixed(0).padStart(5)} ms  ${times.toFixed(2)} times node -e 0`,
    )
  }
}

await runBench(async () => {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '21' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) console.log(USAGE)
  else await main(wholeNumber('--rounds', values.rounds, 1))
})
