import { readdirSync } from 'node:fs'
import { failureReason, OutputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import { systemPath } from '../system-path.js'
import type { Job } from './job.js'
import { taskOfName, taskPaths } from './job-paths.js'

/** How far a job is. */
export interface JobStatus {
  readonly tasks: number
  readonly done: number
  /** Tasks that are not done, in order. */
  readonly missing: readonly number[]
  /** Private folders of workers: tasks that are being done, and what killed workers have left. */
  readonly begun: number
  /** Names of folders whose results are not as those of the same task. */
  readonly differing: readonly string[]
  readonly isFinished: boolean
}

/** @throws OutputError where the folder of the job cannot be read. */
export function statusOf({ paths, tasks }: Job): JobStatus {
  const isFinished = isThere(paths.finished)
  const names = isFinished ? [] : namesIn(paths.tasks)
  if (isFinished || isThere(paths.finished))
    return { tasks, done: tasks, missing: [], begun: 0, differing: [], isFinished: true }
  const found = new Set(names.map(taskOfName))
  const missing: number[] = []
  for (let task = 0; task < tasks; task++)
    if (!found.has(task) || !isThere(taskPaths(paths, task).record)) missing.push(task)
  const done = tasks - missing.length
  const begun = names.filter((name) => /^\.\d+-[0-9a-f]{12}$/.test(name)).length
  const differing = names.filter((name) => /^\d+\.differs-/.test(name))
  return { tasks, done, missing, begun, differing, isFinished }
}

/** Task numbers as engines take them: `0-3,7`. @param numbers In order. */
export function rangesText(numbers: readonly number[]): string {
  const ranges: string[] = []
  for (let i = 0; i < numbers.length; ) {
    let end = i
    while (numbers[end + 1] === numbers[end]! + 1) end += 1
    ranges.push(end === i ? `${numbers[i]}` : `${numbers[i]}-${numbers[end]}`)
    i = end + 1
  }
  return ranges.join(',')
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(systemPath(folder))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new OutputError(`Cannot read "${folder}": ${failureReason(cause)}`, folder, { cause, kind: 'run' })
  }
}
