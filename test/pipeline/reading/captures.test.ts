import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toConfig } from '../../../src/config/config.js'
import { ConfigError, InputError, OutputError } from '../../../src/errors.js'
import { expandInputs } from '../../../src/input/expand-inputs.js'
import type { Input } from '../../../src/input/input.js'
import { planCaptures } from '../../../src/pipeline/reading/captures.js'
import { withFolder } from '../../support/program.js'

const file = (path: string, below?: string): Input => ({
  kind: 'file',
  path,
  ...(below === undefined ? {} : { below }),
})
const stdin: Input = { kind: 'stdin', path: '-' }

const plan = (inputs: Input[], options: { perFile?: boolean; outputDir?: string; noWrite?: boolean } = {}) =>
  planCaptures(inputs, toConfig({ inputFile: 'a', outputDir: 'out', ...options }))

describe('planCaptures()', () => {
  it('makes one capture of all inputs', async () => {
    const inputs = [file('b/x.pcap'), file('a/x.pcap'), stdin]
    const missing = (path: string) => ({ ...file(path), failure: expect.objectContaining({ path }) })
    const found = [missing('b/x.pcap'), missing('a/x.pcap'), stdin]
    expect(await plan(inputs)).toEqual([{ inputs: found, dir: 'out', name: null }])
  })

  it('keeps the path of an input below its argument with --per-file, and names the capture as it was given', async () => {
    const inputs = [file('in/day1/a', 'day1/a'), file('in/day2/a', 'day2/a'), file('x/y/b'), stdin]
    const captures = await plan(inputs, { perFile: true })
    expect(captures).toEqual([
      { inputs: [inputs[0]], dir: 'out/day1/a', name: 'in/day1/a' },
      { inputs: [inputs[1]], dir: 'out/day2/a', name: 'in/day2/a' },
      { inputs: [inputs[2]], dir: 'out/b', name: 'x/y/b' },
      { inputs: [inputs[3]], dir: 'out/stdin', name: '-' },
    ])
  })

  it('shows bytes that are no UTF-8 in folders and names', async () => {
    expect(await plan([file('in/caf\udce9')], { perFile: true })).toMatchObject([
      { dir: 'out/caf\\xe9', name: 'in/caf\\xe9' },
    ])
  })

  it('refuses two inputs with one folder of results, and names both, unless nothing is written there', async () => {
    const inputs = [file('a/x'), file('b/y'), file('c/x')]
    const message = 'Cannot use --per-file: "a/x" and "c/x" would have one folder of results, "out/x"'
    await expect(plan(inputs, { perFile: true })).rejects.toThrow(new ConfigError(message))
    expect(await plan(inputs, { perFile: true, noWrite: true })).toHaveLength(3)
    const failing = { ...file('d/x'), failure: new InputError('Cannot read "d/x"', 'd/x') }
    expect(await plan([file('a/x'), failing], { perFile: true })).toHaveLength(2)
  })

  it('plans 20,000 inputs of one name', async () => {
    const inputs = Array.from({ length: 20_000 }, (_, i) => file(`in/${i}/a.pcap`, `${i}/a.pcap`))
    const captures = await plan(inputs, { perFile: true })
    expect(new Set(captures.map(({ dir }) => dir)).size).toBe(20_000)
  })

  it('refuses a file in the place of the folder of a capture, such as the capture itself', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.pcap')
      writeFileSync(path, '')
      const options = { perFile: true, outputDir: folder }
      await expect(plan([file(path)], options)).rejects.toThrow(OutputError)
      await expect(plan([file(path)], options)).rejects.toThrow(path)
      expect(await plan([file(path)], { ...options, noWrite: true })).toHaveLength(1)
      const { files, inputs } = expandInputs([path])
      const config = toConfig({ inputFile: path, ...options })
      await expect(planCaptures(inputs, config, null, files)).rejects.toThrow(ConfigError)
    }))

  it('refuses a link or a file in the place of any folder on the way', () =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'elsewhere'))
      symlinkSync('elsewhere', join(folder, 'link'))
      writeFileSync(join(folder, 'file'), '')
      for (const name of ['link', 'file']) {
        const failing = plan([file('a', `${name}/b/a`)], { perFile: true, outputDir: folder })
        await expect(failing).rejects.toThrow(join(folder, name))
      }
    }))
})
