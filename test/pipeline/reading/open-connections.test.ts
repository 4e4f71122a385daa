import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { toConfig } from '../../../dist/config/config.js' // threads run only what is built
import { runConversion } from '../../../dist/pipeline/run.js'
import { generateBytes } from '../../../fixtures/generator/generate.mjs'
import { exitCodeOf } from '../../../src/cli/exit-codes.js'
import { troubledPlan } from '../../e2e/traffic.js'
import { readTree, withFolder } from '../../support/program.js'

const plan = troubledPlan({ connections: 60, concurrency: 50, messageBytes: 2_000, segmentBytes: 500 })
const capture = generateBytes(plan, 3).bytes

it.each([1, 2])(
  'a run that had too many open connections is not final, and is resumed, with %d workers',
  (workers) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), capture)
      const run = async (out: string, openConnections?: number) => {
        const options = {
          inputFile: join(folder, 'a.pcap'),
          outputDir: join(folder, out),
          workers,
          resume: true,
        }
        const config = toConfig({ ...options, utc: true })
        const limits = { ...config.limits, ...(openConnections === undefined ? {} : { openConnections }) }
        return runConversion({ ...config, limits }, {})
      }
      const isComplete = () =>
        JSON.parse(readFileSync(join(folder, 'out', '.pcap2conn.json'), 'utf8')).complete
      const short = await run('out', 8)
      expect([exitCodeOf(short), short.failures[0]?.kind, isComplete()]).toEqual([75, 'run', false])
      expect(short.limits.open_connections).toBeGreaterThan(0)
      expect(short.inputs[0]?.status).toBe('partial')
      const whole = await run('out')
      expect([exitCodeOf(whole), whole.limits.open_connections, isComplete()]).toEqual([0, undefined, true])
      await run('expected')
      const results = (name: string) =>
        [...readTree(join(folder, name))].filter(([path]) => !path.startsWith('.pcap2conn'))
      expect(results('out')).toEqual(results('expected'))
    }),
)
