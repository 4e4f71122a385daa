import { toConfig } from '../config/config.js'
import { ConfigError } from '../errors.js'
import type { CaptureInspection, Inspection } from '../inspect/inspection.js'
import { safeJson } from '../safe-json.js'
import { packageVersion } from '../version.js'
import { ExitCode, exitCodeOfProblems, strongest } from './exit-codes.js'
import type { InspectCommand } from './inspect-command.js'
import { inspectionTable } from './inspect-table.js'
import { printable } from './printable.js'
import { problemLine, skippedLines } from './run-lines.js'
import { alarming, type Terminal } from './terminal.js'

/**
 * Inspects captures: writes to standard output a table per capture as soon as it is read, or one JSON object for all.
 *
 * @returns The exit code.
 * @throws ConfigError when the options cannot be used.
 */
export async function inspect(command: InspectCommand, terminal: Terminal): Promise<number> {
  const { stdin, stdout, stderr } = terminal
  const config = toConfig(command.raw)
  if (config.inputs.includes('-') && stdin.isTTY === true)
    throw new ConfigError('Cannot use -r/--input-file -: standard input is a terminal')
  const { inspectCaptures } = await import('../inspect/inspect-captures.js') // late, so that bad usage is answered quickly
  const captures: CaptureInspection[] = []
  let count = 0
  let exitCode: number = ExitCode.OK
  const { errors, skipped } = await inspectCaptures(config, stdin, (inspection) => {
    exitCode = strongest(exitCode, exitCodeOfProblems(inspection.problems))
    if (inspection.status !== 'ok') exitCode = strongest(exitCode, ExitCode.FAILED)
    if (command.isJson) captures.push(inspection)
    else stdout.write((count > 0 ? '\n' : '') + inspectionTable(inspection))
    count += 1
    if (command.isQuiet) return
    for (const problem of inspection.problems) say(problemLine(inspection.path, problem))
  })
  if (command.isJson) {
    const inspection: Inspection = { version: packageVersion(), captures, skipped, errors }
    stdout.write(`${safeJson(inspection, 2)}\n`)
  }
  if (!command.isQuiet) for (const line of skippedLines(skipped)) stderr.write(`${line}\n`)
  for (const error of errors) say(`error        ${printable(error)}`)
  return strongest(exitCode, errors.length === 0 ? ExitCode.OK : ExitCode.FAILED)

  function say(line: string): void {
    stderr.write(`${alarming(line, stderr)}\n`)
  }
}
