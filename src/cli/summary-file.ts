import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { OutputError } from '../errors.js'
import { type Summary, summaryJson } from '../summary.js'
import type { TerminalStream } from './terminal.js'

/**
 * Writes the run's totals. A file appears whole or not at all; devices and pipes are written in place.
 *
 * @param path Path of the file, or `-` for `stdout`.
 * @throws OutputError naming the path when it cannot be written.
 */
export function writeSummary(path: string, summary: Summary, stdout: TerminalStream): void {
  const json = summaryJson(summary)
  if (path === '-') {
    stdout.write(json)
    return
  }
  try {
    mkdirSync(dirname(path), { recursive: true })
    const isSpecial = statSync(path, { throwIfNoEntry: false })?.isFile() === false
    const unfinished = isSpecial ? path : `${path}.${process.pid}.tmp`
    writeFileSync(unfinished, json)
    if (!isSpecial) renameSync(unfinished, path)
  } catch (cause) {
    throw new OutputError(
      `Cannot write "${path}": ${cause instanceof Error ? cause.message : String(cause)}`,
      path,
      { cause },
    )
  }
}
