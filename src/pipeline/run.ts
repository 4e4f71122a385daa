import { randomBytes } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config.js'
import { OutputError } from '../errors.js'
import { expandInputs } from '../input/expand-inputs.js'
import type { Input } from '../input/input.js'
import { mergeIndexToFile, mergeIndexToStream } from '../output/index-merger.js'
import type { Summary } from '../summary.js'
import { planCaptures } from './captures.js'
import { Conversion } from './conversion.js'
import type { RunHooks } from './hooks.js'
import { summarize } from './run-summary.js'

/** Input bytes for which one more worker is worth starting. */
const BYTES_PER_WORKER = 4 * 1024 * 1024

/**
 * Converts captures to connections: finds the inputs, starts the workers, feeds them, and puts the results together.
 *
 * @returns What was done. Problems of inputs and outputs are part of it; an interrupted run resolves too.
 * @throws OutputError when the run cannot begin.
 */
export async function runConversion(config: Config, hooks: RunHooks): Promise<Summary> {
  const startMs = performance.now()
  const { inputs, problems } = await expandInputs(config.inputs)
  const captures = await planCaptures(inputs, config)
  const bytesTotal = await totalBytes(inputs)
  const workerCount = chooseWorkers(config, bytesTotal)
  if (config.writeFiles && !(config.toConsole && !config.writeMetadata)) makeFolder(config.outputDir)
  const tempDir = await mkdtemp(join(tmpdir(), 'pcap2conn-'))
  try {
    const conversion = new Conversion({ ...config, workerCount }, captures, bytesTotal, hooks, {
      tempDir,
      startedMs: statSync(tempDir).ctimeMs,
      hashSeed: randomBytes(4).readUInt32LE(),
    })
    const outcome = await conversion.run()
    const errors = [...problems.map(({ message }) => message), ...outcome.errors]
    await mergeIndex(config, outcome.indexRuns, tempDir, hooks).catch((error: Error) =>
      errors.push(error.message),
    )
    return summarize({
      ...outcome,
      seconds: (performance.now() - startMs) / 1000,
      workers: workerCount,
      errors,
    })
  } finally {
    await rm(tempDir, { recursive: true, force: true })
  }
}

function chooseWorkers(config: Config, bytesTotal: number | null): number {
  const most = Math.min(config.workerCount, config.maxOpenFiles)
  if (config.isWorkerCountFixed || bytesTotal === null) return most
  return Math.max(1, Math.min(most, Math.ceil(bytesTotal / BYTES_PER_WORKER)))
}

async function totalBytes(inputs: readonly Input[]): Promise<number | null> {
  let total = 0
  for (const input of inputs) {
    if (input.kind === 'stdin') return null
    total += await stat(input.path).then(
      ({ size }) => size,
      () => 0, // reported when it is read
    )
  }
  return total
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (cause) {
    throw new OutputError(`Cannot make folder "${path}": ${(cause as Error).message}`, path, { cause })
  }
}

async function mergeIndex(
  config: Config,
  runs: readonly string[],
  tempDir: string,
  { stdout }: RunHooks,
): Promise<void> {
  if (config.indexFile === null) return
  if (config.indexFile !== '-') return mergeIndexToFile(runs, tempDir, config.indexFile, config.force)
  if (stdout !== undefined) await mergeIndexToStream(runs, tempDir, stdout)
}
