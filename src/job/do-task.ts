import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { RawOptions } from '../config/config.js'
import { failureReason, OutputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import type { CountedInput, TaskPart } from '../output/output.js'
import type { RunFacts } from '../output/runs/kept-run.js'
import type { RunHooks } from '../pipeline/hooks.js'
import { runConversion } from '../pipeline/run.js'
import { isBalanced, isPayloadBalanced, type Summary } from '../summary.js'
import { writeWholeFile } from '../whole-file.js'
import { checkInputs, checkSizes } from './check-inputs.js'
import { captureOf, type Job, taskConfig } from './job.js'
import { taskPaths, taskPathsIn } from './job-paths.js'
import { PrivateFolder, withRandomName } from './private-folder.js'
import { factsOfFiles } from './task-files.js'
import { readTaskRecord, TASK_RUNS, type TaskRecord, taskRecordJson } from './task-record.js'

/**
 * What has become of a task. `published`: by this call. `there`: it was done before, or meanwhile. `interrupted`, `failed`:
 * nothing was published. The summary is that of this call's run; null: there was none.
 */
export interface TaskOutcome {
  readonly state: 'published' | 'there' | 'interrupted' | 'failed'
  readonly summary: Summary | null
}

/** True for a task whose results are there, or a job that is finished. */
export function isDone({ paths }: Pick<Job, 'paths'>, task: number): boolean {
  return isThere(taskPaths(paths, task).record) || isThere(paths.finished)
}

/**
 * Does a task: its results appear at once when they are final, so that nothing happens when it is done twice.
 *
 * @param own Options on which results do not depend.
 * @throws ConfigError where it cannot be done as it was planned; InputError, OutputError, what else a run throws.
 */
export async function doTask(
  job: Job,
  task: number,
  own: RawOptions,
  hooks: Pick<RunHooks, 'signal' | 'onProgress' | 'onSilence'>,
): Promise<TaskOutcome> {
  const { inputs } = captureOf(job, task)
  if (isDone(job, task)) return { state: 'there', summary: null }
  checkInputs(inputs)
  const folder = new PrivateFolder(job.paths.tasks, `${task}`)
  try {
    const config = taskConfig(job, task, folder.path, own)
    const part: TaskPart = { folder: folder.path, runs: new Map(), inputs: [] }
    const summary = await runConversion(config, { ...hooks, part })
    if (hooks.signal?.aborted) return { state: 'interrupted', summary }
    if (!isFinal(summary) || part.runs.size < TASK_RUNS.length)
      return { state: isDone(job, task) ? 'there' : 'failed', summary }
    checkSizes(inputs)
    const digest = writeRecord(folder.path, summary, part)
    const target = taskPaths(job.paths, task)
    if (folder.tryPublish(target.folder)) return { state: 'published', summary }
    if (!isThere(job.paths.finished) && readTaskRecord(target.record).digest !== digest)
      keepOther(folder, target.folder, task)
    return { state: 'there', summary }
  } catch (error) {
    // Whoever has finished the job meanwhile has removed the folder.
    if (isDone(job, task) && (error as { kind?: unknown }).kind !== 'bug')
      return { state: 'there', summary: null }
    throw error
  } finally {
    folder.remove()
  }
}

/** True for a run that would have the same results another time. */
function isFinal({ failures, inputs, packets, bytes, details }: Summary): boolean {
  const problems = inputs.flatMap((input) => input.problems)
  return (
    failures.every(({ kind }) => kind === 'input') &&
    problems.every(({ kind = 'input' }) => kind === 'input') &&
    isBalanced(packets) &&
    isPayloadBalanced({ bytes, details })
  )
}

// Returns the digest.
function writeRecord(folder: string, summary: Summary, { runs, inputs }: TaskPart): string {
  const { files: filesFolder, record: path } = taskPathsIn(folder)
  const files = factsOfFiles(filesFolder)
  const ordered = Object.fromEntries(TASK_RUNS.map((name) => [name, runs.get(name)!])) as TaskRecord['runs']
  const digest = digestOf(ordered, files, inputs)
  try {
    writeWholeFile(path, taskRecordJson({ digest, runs: ordered, files, inputs, summary }))
  } catch (cause) {
    throw new OutputError(`Cannot write "${path}": ${failureReason(cause)}`, path, { cause, kind: 'run' })
  }
  return digest
}

function digestOf(
  runs: Readonly<Record<string, RunFacts>>,
  files: TaskRecord['files'],
  inputs: readonly CountedInput[],
): string {
  return createHash('sha256')
    .update(JSON.stringify([runs, files, inputs]))
    .digest('hex')
}

// Two runs have made different results, which must not be: both are kept.
function keepOther(folder: PrivateFolder, published: string, task: number): never {
  const other = withRandomName(`${published}.differs`)
  folder.tryPublish(other)
  throw new OutputError(
    `Task ${task} has other results than before: "${join(other)}" is not as "${published}"`,
    other,
    { kind: 'bug' },
  )
}
