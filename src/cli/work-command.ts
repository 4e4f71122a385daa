import { availableParallelism } from 'node:os'
import type { RawOptions } from '../config/config.js'
import { integerOf, pathOf } from '../config/option-values.js'
import { ConfigError } from '../errors.js'
import { bytesText, countText } from '../figures.js'
import type { TaskOutcome } from '../job/do-task.js'
import type { Job } from '../job/job.js'
import type { Progress } from '../pipeline/hooks.js'
import { ExitCode, exitCodeOf, strongest } from './exit-codes.js'
import { commandHelp } from './help.js'
import { Interruption } from './interruption.js'
import { OPTION_TABLE, type OptionRow } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import { progressText } from './progress.js'
import { problemLines } from './run-lines.js'
import { alarming, type Terminal } from './terminal.js'

/** The first argument that asks for a task of a job. */
export const WORK = 'work'

const SHARED = new Set(['workers', 'memory', 'max-file-desc', 'quiet', 'help'])
const MOST_JOBS = 1024
/** Where engines say which task it is: Slurm, Kubernetes, AWS Batch. */
const VARIABLES = ['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX'] as const
const LINE_EVERY_MS = 30_000

/** Options of `work`, in the order of its help. */
export const WORK_OPTIONS: readonly OptionRow[] = [
  {
    name: 'task',
    value: 'K',
    help: `the task, from 0 (default: ${VARIABLES.join(', ')})`,
  },
  { name: 'all', help: 'all tasks that are not done, on this machine' },
  {
    name: 'jobs',
    value: 'N',
    help: 'with --all: tasks at a time, a process each (default: the processors available)',
  },
  ...OPTION_TABLE.filter(({ name }) => SHARED.has(name)),
]

const HEAD = `pcap2conn work: does a task of a job

Usage: pcap2conn work JOB [--task K] [options]
       pcap2conn work JOB --all [--jobs N]

Results appear at once when the task is done: one that is done twice, or killed and done again, does no harm.
After a signal nothing appears. Other versions of the program and captures that have changed are refused.
`

const EXAMPLES = `Examples:
  pcap2conn work /shared/job --all --jobs 2
  sbatch --array=0-7 --wrap 'pcap2conn work /shared/job'

Exit codes: 0 done (also before), 1 done, but an input is damaged, 2 the job cannot be done as it was planned,
70 a bug, 75 not done for want of memory, disk, network or descriptors: try again, 129 to 143 interrupted`

/**
 * Does a task of a job, or all.
 *
 * @param args The arguments after `work`.
 * @returns The exit code.
 * @throws ConfigError, InputError, OutputError
 */
export async function work(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, plain } = await parseOptions(args, WORK_OPTIONS, WORK)
  if (values.help === true) {
    terminal.stdout.write(`${[HEAD, commandHelp(WORK_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const { task, all, jobs, quiet, ...options } = values
  const folder = jobFolderOf(plain)
  if (jobs !== undefined && all !== true)
    throw new ConfigError('Cannot use --jobs without --all: there is one task')
  if (all === true && task !== undefined)
    throw new ConfigError('Cannot use --task with --all: all tasks are done')
  const { openJob } = await import('../job/job.js')
  const job = openJob(folder)
  if (all !== true) return workOn(job, taskOf(task, job), options, quiet === true, terminal)
  const { workAll } = await import('./work-all.js')
  const count = integerOf('--jobs', jobs, availableParallelism(), 1, MOST_JOBS)
  return workAll(job, folder, count, { ...options, quiet }, terminal)
}

/** The job that the arguments of a command name. @throws ConfigError */
export function jobFolderOf(plain: readonly string[]): string {
  const [folder, other] = plain
  if (folder === undefined) throw new ConfigError('No job: name the folder that pcap2conn plan has made')
  if (other !== undefined) throw new ConfigError(`Cannot use two jobs: ${printable(`${folder}, ${other}`)}`)
  return pathOf('JOB', folder)
}

function taskOf(given: unknown, { tasks }: Job): number {
  const variable = VARIABLES.find((name) => process.env[name] !== undefined)
  const [label, value] = given !== undefined ? ['--task', given] : [variable, process.env[variable ?? '']]
  if (label === undefined)
    throw new ConfigError(`No task: say which one with --task K, do --all, or set ${VARIABLES.join(' or ')}`)
  return integerOf(label, value ?? '', 0, 0, tasks - 1)
}

async function workOn(
  job: Job,
  task: number,
  options: Readonly<Record<string, unknown>>,
  isQuiet: boolean,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { captureOf, taskText } = await import('../job/job.js')
  const { doTask } = await import('../job/do-task.js')
  const tell = (text: string) => stderr.write(`${printable(`task ${task}: ${text}`)}\n`)
  const say = (text: string) => {
    if (!isQuiet) tell(text)
  }
  const interruption = new Interruption(stdout, {
    onSignal: () => say('interrupted: nothing is published (once more: stop at once)'),
    onStdoutError: () => {},
  })
  const startMs = performance.now()
  let toldMs = startMs
  const onProgress = (progress: Progress) => {
    const now = performance.now()
    if (now - toldMs < LINE_EVERY_MS) return
    toldMs = now
    say(progressText(progress, (now - startMs) / 1000))
  }
  try {
    const { inputs } = captureOf(job, task)
    const bytes = inputs.reduce((sum, input) => sum + input.bytes, 0)
    say(`${taskText(job, task)}: ${countText(inputs.length)} inputs, ${bytesText(bytes)}`)
    const own = {
      workers: options.workers,
      memory: options.memory,
      maxFileDesc: options['max-file-desc'],
    } as RawOptions
    const hooks = { signal: interruption.signal, onProgress, onSilence: tell }
    const outcome = await doTask(job, task, own, hooks)
    for (const line of outcome.summary === null ? [] : problemLines(outcome.summary))
      stderr.write(`${alarming(line, stderr)}\n`)
    say(outcomeText(outcome))
    return strongest(interruption.exitCode ?? ExitCode.OK, exitCodeOfTask(outcome))
  } finally {
    interruption.release()
  }
}

function outcomeText({ state, summary }: TaskOutcome): string {
  if (state === 'published' && summary !== null)
    return `done: ${countText(summary.connections.total)} connections, ${summary.seconds.toFixed(1)} s`
  return { published: 'done', there: 'done before', interrupted: 'interrupted', failed: 'failed' }[state]
}

// What was not published is not final, whatever the run says.
function exitCodeOfTask({ state, summary }: TaskOutcome): number {
  if (state === 'there' || summary === null) return ExitCode.OK
  return strongest(exitCodeOf(summary), state === 'published' ? ExitCode.OK : ExitCode.TRY_AGAIN)
}
