import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Config } from '../src/config/config.js'
import { ConfigError, type ConvertOptions, convert, OutputError } from '../src/index.js'
import type { RunHooks } from '../src/pipeline/hooks.js'
import type { Summary } from '../src/summary.js'
import { sampleSummary } from './cli/sample-summary.js'

const runConversion = vi.hoisted(() => vi.fn<(config: Config, hooks: RunHooks) => Promise<Summary>>())
vi.mock('../src/pipeline/run.js', () => ({ runConversion }))

beforeEach(() => {
  runConversion.mockReset()
  runConversion.mockImplementation(async (_config, hooks) => {
    hooks.beforeOutput?.()
    return sampleSummary()
  })
})

describe('convert()', () => {
  it('runs on the checked options and resolves to the summary', async () => {
    expect(await convert({ inputFile: 'a.pcap', workers: 3 })).toEqual(sampleSummary())
    expect(runConversion.mock.calls[0]?.[0]).toMatchObject({ inputs: ['a.pcap'], workerCount: 3 })
    expect(runConversion.mock.calls[0]?.[1]).toEqual({ beforeOutput: expect.any(Function) })
  })

  it('hands over what the caller attached', async () => {
    const { signal } = new AbortController()
    const onProgress = () => {}
    const stdin = Readable.from([])
    const stdout = new PassThrough()
    await convert({ inputFile: '-', writeToConsole: true }, { signal, onProgress, stdin, stdout })
    expect(runConversion.mock.calls[0]?.[1]).toEqual({
      ...{ signal, onProgress, stdin, stdout },
      beforeOutput: expect.any(Function),
    })
  })

  it('rejects with a ConfigError before any work', async () => {
    await expect(convert({ inputFile: [] })).rejects.toBeInstanceOf(ConfigError)
    await expect(convert(undefined as unknown as ConvertOptions)).rejects.toBeInstanceOf(ConfigError)
    expect(runConversion).not.toHaveBeenCalled()
  })

  it.each<[string, ConvertOptions]>([
    ['Cannot use -r/--input-file -: the hook stdin is missing', { inputFile: '-' }],
    [
      'Cannot use -c/--write-to-console: the hook stdout is missing',
      { inputFile: 'a', writeToConsole: true },
    ],
    ['Cannot use --index -: the hook stdout is missing', { inputFile: 'a', index: '-' }],
  ])('rejects: %s', async (sentence, options) => {
    await expect(convert(options)).rejects.toThrow(new ConfigError(sentence))
  })

  it('rejects with an OutputError when the index exists', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'index-'))
    const index = join(folder, 'a.jsonl')
    writeFileSync(index, '')
    await expect(convert({ inputFile: 'a', index })).rejects.toBeInstanceOf(OutputError)
    rmSync(folder, { recursive: true })
  })
})
