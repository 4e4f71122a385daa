import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import type { Config, RawOptions } from '../config/config.js'
import { pathOf, refusal } from '../config/option-values.js'
import { refuseSamePath } from '../config/shared-outputs.js'
import { failureReason, InputError, OutputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import type { Summary } from '../summary.js'
import { systemPath } from '../system-path.js'
import { nameBeside } from '../whole-file.js'

/** The report that a run makes of its own index (`--report`). */
export class RunReport {
  readonly path: string
  /** Path of an index for the report alone, beside it, with a random name; `close()` removes it. */
  readonly #ownIndex: string

  /** @throws ConfigError when `value` can be no path of a page. */
  constructor(value: unknown) {
    this.path = pagePathOf('--report', value)
    this.#ownIndex = nameBeside(this.path, 'jsonl')
  }

  /** @throws ConfigError where a run of these options cannot have a report. */
  refuseOther({ indexes, summaryFile, conflictsFile, objectsFile, live }: Config): void {
    refuseSamePath('--report', this.path, [
      ...indexes.map(({ path }) => ['--index', path] as const),
      ['--summary', summaryFile],
      ['--conflicts', conflictsFile],
      ['--objects', objectsFile],
      ['-w/--write', live?.recordingFile ?? null],
    ])
  }

  /** The options of a run, with one more index where the report would have none. */
  withIndex(raw: RawOptions): RawOptions {
    const index = [raw.index ?? []].flat()
    return index.some(isUsable) ? raw : { ...raw, index: [...index, this.#ownIndex] }
  }

  /** @throws OutputError, also when the run has failed and left no index, or that cannot be read */
  async write({ indexes, outputDir }: Config, summary: Summary): Promise<void> {
    const indexPath = indexes.find(({ path }) => isUsable(path))?.path ?? this.#ownIndex
    if (!isThere(indexPath))
      throw new OutputError(`Cannot write "${this.path}": the run failed before it was complete`, this.path)
    const { writeReport } = await import('../report/write-report.js')
    const inputs =
      summary.inputs.length === 1 ? basename(summary.inputs[0]!.path) : `${summary.inputs.length} captures`
    const title = `Connections of ${inputs}`
    const page = { path: this.path, indexPath, outputDir, summary, title, source: inputs }
    await writeReport(page).catch((cause: unknown) => {
      // The run itself has written the index a moment ago.
      const isLost = cause instanceof InputError
      throw isLost ? new OutputError(cause.message, this.path, { cause, kind: 'run' }) : cause
    })
  }

  /** @throws OutputError */
  close(): void {
    const path = this.#ownIndex
    try {
      rmSync(systemPath(path), { force: true })
    } catch (cause) {
      throw new OutputError(`Cannot remove "${path}": ${failureReason(cause)}`, path, { cause })
    }
  }
}

/** @throws ConfigError when `value`, of an option or argument with this name, can be no path of a page. */
export function pagePathOf(name: string, value: unknown): string {
  const path = pathOf(name, value)
  if (!/\.html?$/i.test(path)) throw refusal(name, value, 'a path that ends in .html')
  return path
}

function isUsable(path: string): boolean {
  return /\.jsonl$/i.test(path)
}
