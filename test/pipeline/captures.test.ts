import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toConfig } from '../../src/config.js'
import { OutputError } from '../../src/errors.js'
import type { Input } from '../../src/input/input.js'
import { planCaptures } from '../../src/pipeline/captures.js'
import { withFolder } from '../support/program.js'

const file = (path: string): Input => ({ kind: 'file', path })
const stdin: Input = { kind: 'stdin', path: '-' }

const plan = (inputs: Input[], options: { perFile?: boolean; outputDir?: string; noWrite?: boolean } = {}) =>
  planCaptures(inputs, toConfig({ inputFile: 'a', outputDir: 'out', ...options }))

describe('planCaptures()', () => {
  it('makes one capture of all inputs', async () => {
    const inputs = [file('b/x.pcap'), file('a/x.pcap'), stdin]
    expect(await plan(inputs)).toEqual([{ inputs, dir: 'out', name: null }])
  })

  it('makes no capture differ from another by its folder only with --per-file', async () => {
    const inputs = ['a/x', 'b/x', 'b/x~2', 'c/x', 'y'].map(file)
    const captures = await plan([...inputs, stdin], { perFile: true })
    expect(captures.map(({ name }) => name)).toEqual(['x', 'x~2', 'x~2~2', 'x~3', 'y', 'stdin'])
    expect(captures.map(({ dir }) => dir)).toEqual(captures.map(({ name }) => join('out', name!)))
    expect(captures.map(({ inputs }) => inputs)).toEqual([...inputs, stdin].map((input) => [input]))
  })

  it('refuses a file in the place of the folder of a capture, such as the capture itself', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.pcap')
      writeFileSync(path, '')
      const options = { perFile: true, outputDir: folder }
      await expect(plan([file(path)], options)).rejects.toThrow(OutputError)
      await expect(plan([file(path)], options)).rejects.toThrow(path)
      expect(await plan([file(path)], { ...options, noWrite: true })).toHaveLength(1)
    }))
})
