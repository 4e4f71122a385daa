import { archivePaths } from '../archive-paths.js'
import { type Config, toConfig } from '../config/config.js'
import {
  ConfigError,
  failureOf,
  failureReason,
  InputError,
  LiveCaptureError,
  OutputError,
  ResourceError,
} from '../errors.js'
import { refuseExisting } from '../existing-outputs.js'
import type { RunHooks } from '../pipeline/hooks.js'
import { type Summary, withFailure } from '../summary.js'
import { packageVersion } from '../version.js'
import { answering } from './answering.js'
import { type Command, parseArguments } from './arguments.js'
import { refuseMisspeltCommand } from './command-names.js'
import type { FromFile } from './config-file.js'
import { ExitCode, exitCodeOf, exitCodeOfError, strongest } from './exit-codes.js'
import { helpText, inspectHelpText } from './help.js'
import { inspect } from './inspect.js'
import { interfacesJson, interfacesTable } from './interfaces-table.js'
import { Interruption } from './interruption.js'
import { printable } from './printable.js'
import { createProgress } from './progress.js'
import { rawArguments } from './raw-arguments.js'
import { problemLines, reportLines } from './run-lines.js'
import { RunReport } from './run-report.js'
import { writeSummary } from './summary-file.js'
import { alarming, PROCESS_TERMINAL, type Terminal, waitForFlush, wantsColours } from './terminal.js'

/**
 * The program: parses the command line, executes it and reports the result.
 *
 * @param args What follows the program's name.
 * @returns The exit code, when everything written to the terminal has left the process. Never rejects.
 */
export async function main(args: readonly string[], terminal: Terminal = PROCESS_TERMINAL): Promise<number> {
  terminal.stderr.on('error', () => {}) // there is nobody left to tell
  // Every thread pipes its standard streams to these, so many listeners are not a leak.
  for (const stream of [terminal.stdout, terminal.stderr]) stream.setMaxListeners(0)
  const exitCode = await execute(args, terminal).catch((error: unknown) => explain(error, terminal))
  await Promise.all([waitForFlush(terminal.stdout), waitForFlush(terminal.stderr)])
  return exitCode
}

/** Commands that answer on standard output, each loaded when it is wanted. */
const ANSWERS: Readonly<
  Record<string, () => Promise<(args: readonly string[], terminal: Terminal) => Promise<number>>>
> = {
  explain: async () => (await import('./explain-command.js')).explain,
  finish: async () => (await import('./finish-command.js')).finish,
  get: async () => (await import('./get-command.js')).get,
  plan: async () => (await import('./plan-command.js')).plan,
  report: async () => (await import('./report-command.js')).report,
  search: async () => (await import('./search-command.js')).search,
  status: async () => (await import('./status-command.js')).status,
  view: async () => (await import('./view-command.js')).view,
  work: async () => (await import('./work-command.js')).work,
}

async function execute(given: readonly string[], terminal: Terminal): Promise<number> {
  const args = rawArguments(given)
  const [name, ...others] = args
  if (name === 'completion') {
    const { completionScript } = await import('./completion.js')
    return answering(terminal, async () => {
      terminal.stdout.write(`${completionScript(others)}\n`)
      return ExitCode.OK
    })
  }
  const answers = name !== undefined && Object.hasOwn(ANSWERS, name) ? await ANSWERS[name]!() : null
  if (answers !== null) return answering(terminal, () => answers(others, terminal))
  if (name === 'index') {
    const { indexCommand } = await import('./index-command.js')
    const found = await indexCommand(others)
    if (typeof found !== 'string') return convert(found, terminal)
    return answering(terminal, async () => {
      terminal.stdout.write(`${found}\n`)
      return ExitCode.OK
    })
  }
  refuseMisspeltCommand(args)
  const command = await parseArguments(args)
  if (command.kind === 'run')
    return convert(command, terminal).catch((error) => refuse(error, command.fromFile))
  return answering(terminal, () => answer(command, terminal))
}

async function answer(command: Exclude<Command, { kind: 'run' }>, terminal: Terminal): Promise<number> {
  if (command.kind === 'inspect') return inspect(command, terminal)
  if (command.kind === 'list') await list(command, terminal)
  else if (command.kind === 'version') terminal.stdout.write(`${packageVersion()}\n`)
  else terminal.stdout.write(`${command.of === 'inspect' ? inspectHelpText() : helpText()}\n`)
  return ExitCode.OK
}

async function refuse(error: unknown, fromFile: FromFile | null): Promise<never> {
  if (fromFile === null) throw error
  const { namingFile } = await import('./config-file.js')
  throw namingFile(error, fromFile)
}

async function list(command: Command & { kind: 'list' }, { stdout }: Terminal): Promise<void> {
  const { listInterfaces } = await import('../pipeline/live/live-interfaces.js')
  const interfaces = await listInterfaces(command.backend)
  stdout.write(command.isJson ? interfacesJson(interfaces) : interfacesTable(interfaces))
}

async function convert(command: Command & { kind: 'run' }, terminal: Terminal): Promise<number> {
  const report = command.report === undefined ? null : new RunReport(command.report)
  const config = toConfig(report?.withIndex(command.raw) ?? command.raw)
  report?.refuseOther(config)
  if (config.inputs.includes('-') && terminal.stdin.isTTY === true) {
    throw new ConfigError('Cannot use -r/--input-file -: standard input is a terminal')
  }
  const say = (line: string) => terminal.stderr.write(`${line}\n`)
  const interruption = new Interruption(terminal.stdout, {
    onSignal() {
      if (!command.isQuiet) say('Interrupted: writing out what was received (once more: stop at once)')
    },
    onStdoutError: (error) =>
      say(`pcap2conn: Cannot write to standard output: ${printable(failureReason(error))}`),
  })
  try {
    const outcome = await run(config, command, terminal, {
      signal: interruption.signal,
      otherOutputs: report === null ? [] : [report.path],
      filesRead: new Map(command.fromFile === null ? [] : [[command.fromFile.path, 'the file of --config']]),
      beforeOutput: () => refuseOutputs(config, report),
      ...(command.keeps === undefined ? {} : await keeping(command.keeps, config)),
    })
    const summary = summaryWritten(config, outcome, terminal)
    await waitForFlush(terminal.stdout) // only now is it known whether somebody took it all
    const exitCode = strongest(interruption.exitCode ?? ExitCode.OK, exitCodeOf(summary))
    if (interruption.isStdoutGone) return exitCode
    if (!command.isQuiet) reportLines(summary).forEach(say)
    for (const line of problemLines(summary)) say(alarming(line, terminal.stderr))
    const written = report?.write(config, summary).then(
      () => ExitCode.OK,
      (error: unknown) => explain(error, terminal),
    )
    return strongest(exitCode, (await written) ?? ExitCode.OK)
  } finally {
    interruption.release()
    report?.close()
  }
}

async function keeping(folder: string, config: Config): Promise<Pick<RunHooks, 'earlierRun'>> {
  const { keptSummary } = await import('../archive/kept-archive.js')
  return { earlierRun: (paths) => keptSummary(folder, config, paths, packageVersion()) }
}

function refuseOutputs(
  {
    indexes,
    live,
    summaryFile,
    conflictsFile,
    mapDir,
    zipFile,
    recordingFile,
    objectsFile,
    force,
    resume,
  }: Config,
  report: RunReport | null,
): void {
  const paths = indexes.map(({ path }) => path)
  refuseExisting([live?.recordingFile ?? recordingFile, conflictsFile, zipFile, objectsFile], force)
  if (mapDir !== null) refuseExisting(Object.values(archivePaths(mapDir)), force)
  // The same command once more writes them anew.
  refuseExisting([...paths, report?.path ?? null, summaryFile], force || resume)
}

// A summary that cannot be written is one more error of the run.
function summaryWritten({ summaryFile, mapDir }: Config, summary: Summary, { stdout }: Terminal): Summary {
  try {
    if (mapDir !== null) writeSummary(archivePaths(mapDir).summary, summary, stdout)
    if (summaryFile !== null) writeSummary(summaryFile, summary, stdout)
    return summary
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
    return withFailure(summary, failureOf(error))
  }
}

async function run(
  config: Config,
  command: Command & { kind: 'run' },
  terminal: Terminal,
  hooks: Pick<RunHooks, 'signal' | 'otherOutputs' | 'filesRead' | 'beforeOutput' | 'earlierRun'>,
): Promise<Summary> {
  const { runConversion } = await import('../pipeline/run.js') // late, so that bad usage is answered quickly
  const isStdoutUsed = config.toConsole || config.indexes.some(({ path }) => path === '-')
  const progress = command.isQuiet ? null : await createProgress(command.progress, terminal, isStdoutUsed)
  const tell = (text: string) => terminal.stderr.write(`${printable(text)}\n`)
  try {
    return await runConversion(config, {
      ...hooks,
      onProgress: (state) => progress?.update(state),
      onNotice(text) {
        if (!command.isQuiet) tell(text)
      },
      onSilence: tell,
      ...(config.inputs.includes('-') ? { stdin: terminal.stdin } : {}),
      stdout: terminal.stdout,
      isTerminal: terminal.stdout.isTTY === true,
      isColoured: wantsColours(terminal.stdout),
    })
  } finally {
    progress?.stop()
  }
}

function explain(error: unknown, { stderr }: Terminal): number {
  const isExpected =
    error instanceof ConfigError ||
    error instanceof InputError ||
    error instanceof OutputError ||
    error instanceof LiveCaptureError ||
    error instanceof ResourceError ||
    isOfSystem(error)
  const lines = isExpected ? [error.message] : stackOf(error).split('\n')
  stderr.write(`${alarming(`pcap2conn: ${lines.map(printable).join('\n')}`, stderr)}\n`)
  return exitCodeOfError(error)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// An error of the system is not a bug, so a stack trace would not help.
function isOfSystem(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
