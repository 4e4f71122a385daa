import { join } from 'node:path'
import { JOB_NAME } from '../input/own-results.js'

/** Names in a job's folder that no capture may have. */
export const OWN_NAMES: readonly string[] = [JOB_NAME, 'seed', 'tasks', 'finished.json', 'summary.json']

/** The files of a job. */
export interface JobPaths {
  readonly folder: string
  /** What is to be done. It never changes. */
  readonly manifest: string
  readonly seed: string
  /** A folder of each task that is done; others, whose names begin with a dot, are private to their workers. */
  readonly tasks: string
  /** Made last. */
  readonly finished: string
  readonly summary: string
}

/** The files of one task. */
export interface TaskPaths {
  readonly folder: string
  readonly record: string
  /** Files of connections. */
  readonly files: string
}

export function jobPaths(folder: string): JobPaths {
  return {
    folder,
    manifest: join(folder, JOB_NAME),
    seed: join(folder, 'seed'),
    tasks: join(folder, 'tasks'),
    finished: join(folder, 'finished.json'),
    summary: join(folder, 'summary.json'),
  }
}

/** @param folder That of the task: published or private. */
export function taskPathsIn(folder: string): TaskPaths {
  return { folder, record: join(folder, 'task.json'), files: join(folder, 'files') }
}

/** The files of a published task. */
export function taskPaths({ tasks }: JobPaths, task: number): TaskPaths {
  return taskPathsIn(join(tasks, `${task}`))
}

/** The number of a task by the name of its published folder; null: it is none. */
export function taskOfName(name: string): number | null {
  return /^(?:0|[1-9]\d{0,8})$/.test(name) ? Number(name) : null
}
