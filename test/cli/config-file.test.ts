import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../src/cli/arguments.js'
import { FILE_OPTIONS, withConfigFile } from '../../src/cli/config-file.js'
import { main } from '../../src/cli/main.js'
import { toConfig } from '../../src/config/config.js'
import { ConfigError } from '../../src/errors.js'
import { tempFolder } from '../output/support.js'
import { fakeTerminal } from './fake-terminal.js'

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

  // [content, arguments, what is said]
  it.each<[Record<string, unknown>, string[], string]>([
    [{ workers: 'many' }, [], 'Cannot use --workers many: must be an integer from 1 to 256 (--workers from'],
    [
      { memory: 5 },
      [],
      'Cannot use --memory 5: must be a size from 1M to 1T, such as 64M or 2G (--memory from',
    ],
    [{ progress: 'now' }, [], 'Cannot use --progress now: must be auto, always or never (--progress from'],
    [
      { 'tcp-timeout': -1 },
      [],
      'Cannot use --tcp-timeout -1: must be seconds from 0 (never) to 1000000000 (--tcp',
    ],
    [{ index: ['x.xml'] }, [], 'Cannot use --index x.xml: '],
    [
      { 'input-file': ['-', '-'] },
      [],
      '-r/--input-file - twice: standard input can be read only once (--input-file',
    ],
    [{ duration: 3 }, [], 'without -i/--interface: it is for live captures (--duration from'],
    [{ quiet: true }, ['--progress', 'always'], 'Cannot use -q/--quiet with --progress always (--quiet from'],
    [{ merge: true, 'per-file': true }, [], 'one capture or one each (--merge and --per-file from'],
    [{ report: '' }, [], 'Cannot use --report "": must be a path (--report from'],
  ])('names the file of a value that cannot be used: %j %j', async (content, args, sentence) => {
    const path = fileWith(content)
    const terminal = fakeTerminal()
    const inputs = content['input-file'] === undefined ? ['a.pcap'] : []
    expect(await main(['--config', path, ...inputs, ...args], terminal)).toBe(2)
    expect(terminal.stderr.text).toContain(sentence)
    expect(terminal.stderr.text).toContain(` from --config ${path})\n`)
  })

  it('is not named for a value of the command line', async () => {
    const terminal = fakeTerminal()
    const args = ['--config', fileWith({ workers: 2, memory: '64M' }), 'a.pcap', '--workers', 'many']
    expect(await main(args, terminal)).toBe(2)
    expect(terminal.stderr.text).toBe(
      'pcap2conn: Cannot use --workers many: must be an integer from 1 to 256\n',
    )
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
            withConfigFile({ values: {}, plain: [] }, fileWith(content))
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})
