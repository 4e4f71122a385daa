import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../src/cli/arguments.js'
import { FILE_OPTIONS, withConfigFile } from '../../src/cli/config-file.js'
import { toConfig } from '../../src/config.js'
import { ConfigError } from '../../src/errors.js'
import { tempFolder } from '../output/support.js'

function fileWith(content: unknown): string {
  const path = join(tempFolder(), 'options.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function rawOf(content: unknown, ...args: string[]) {
  const command = await parseArguments(['--config', fileWith(content), ...args])
  if (command.kind !== 'run') throw new Error(`not a run: ${command.kind}`)
  return command
}

describe('--config', () => {
  it('takes options by their long names', async () => {
    const { raw, isQuiet, progress } = await rawOf({
      'input-file': ['a.pcap', 'b.pcap'],
      'separate-sides': true,
      json: false,
      workers: 3,
      memory: '64M',
      index: ['a.jsonl', 'b.csv'],
      quiet: true,
      progress: 'never',
    })
    expect(toConfig(raw)).toMatchObject({
      inputs: ['a.pcap', 'b.pcap'],
      separateSides: true,
      json: false,
      workerCount: 3,
      memoryBytes: 64 * 2 ** 20,
      indexes: [{ path: 'a.jsonl' }, { path: 'b.csv' }],
    })
    expect({ isQuiet, progress }).toEqual({ isQuiet: true, progress: 'never' })
  })

  it('gives way to the command line, whose inputs and lists replace those of the file', async () => {
    const file = { 'input-file': 'a', workers: 3, index: ['a.csv', 'b.csv'], gaps: 'skip' }
    const { raw } = await rawOf(file, 'c', '--workers', '2', '--index', 'c.jsonl')
    expect(toConfig(raw)).toMatchObject({
      inputs: ['c'],
      workerCount: 2,
      indexes: [{ path: 'c.jsonl' }],
      gapStyle: 'skip',
    })
    expect(toConfig((await rawOf(file, '-r', 'd')).raw).inputs).toEqual(['d'])
    expect(toConfig((await rawOf(file)).raw).inputs).toEqual(['a'])
  })

  // [content, what is said of it]
  it.each([
    ['[]', 'its content must be a JSON object of options'],
    ['null', 'its content must be a JSON object of options'],
    ['{ "json": tru }', 'Unexpected token'],
    [{ filtr: 'tcp' }, 'unknown option filtr: did you mean filter?'],
    [{ separateSides: true }, 'unknown option separateSides: did you mean separate-sides?'],
    [{ '--json': true }, 'unknown option --json: did you mean json?'],
    [{ xyzzy: true }, 'unknown option xyzzy'],
    [{ help: true }, 'help is for the command line only'],
    [{ config: 'a' }, 'config is for the command line only'],
    [{ json: 'yes' }, 'must be true or false'],
    [{ workers: [2] }, 'must be a text or a number'],
    [{ workers: true }, 'must be a text or a number'],
    [{ index: 5 }, 'must be a text or a list of texts'],
    [{ index: ['a.csv', 5] }, 'must be a text or a list of texts'],
  ])('refuses %j: %s', async (content, problem) => {
    const parsing = rawOf(content, 'a.pcap')
    await expect(parsing).rejects.toBeInstanceOf(ConfigError)
    await expect(parsing).rejects.toThrow(problem)
    await expect(parsing).rejects.toThrow('options.json')
  })

  it('refuses a file that cannot be read, and a second one', async () => {
    await expect(parseArguments(['a', '--config', '/nowhere/x.json'])).rejects.toThrow(
      'Cannot read --config /nowhere/x.json: no such file or directory (ENOENT)',
    )
    await expect(parseArguments(['a', '--config', 'x', '--config', 'y'])).rejects.toThrow(ConfigError)
  })

  it('throws nothing but a ConfigError, whatever the file holds', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom(...FILE_OPTIONS.map((option) => option.name)))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.dictionary(name, fc.jsonValue()).map((value) => JSON.stringify(value)),
        ),
        (content) => {
          try {
            withConfigFile({}, fileWith(content))
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})
