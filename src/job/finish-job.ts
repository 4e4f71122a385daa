import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { archivePaths } from '../archive-paths.js'
import { failureReason, OutputError } from '../errors.js'
import { makeOutputFolder } from '../output/make-output-folder.js'
import { isSummary } from '../report/summary-shape.js'
import { type Summary, summaryJson } from '../summary.js'
import { systemPath } from '../system-path.js'
import { writeWholeFile } from '../whole-file.js'
import { summaryOfCaptures, summaryOfParts } from './added-summaries.js'
import { cutConnections } from './cut-connections.js'
import { type Job, resultFolder } from './job.js'
import { taskPaths } from './job-paths.js'
import { rangesText, statusOf } from './job-status.js'
import type { JobCapture } from './manifest.js'
import { mergeTasks } from './merge-tasks.js'
import { PrivateFolder } from './private-folder.js'
import { moveFiles } from './task-files.js'
import { readTaskRecord, type TaskRecord } from './task-record.js'

/** What a job has made. */
export interface FinishedJob {
  readonly summary: Summary
  /** Folders of results. */
  readonly folders: readonly string[]
  /** Connections that were open at the end of a piece, behind which their capture has another one. */
  readonly cut: number
}

/** The file that is made last. */
interface Finished {
  readonly cut: number
}

/**
 * Puts the results of a job's tasks together: those of each capture are what one run over it makes. Ended early, it can be
 * begun again, and several processes may do it at once.
 *
 * @param tell Takes a line for each step.
 * @throws OutputError where tasks are not done, two runs of one have other results, or something cannot be written.
 */
export async function finishJob(job: Job, tell: (line: string) => void): Promise<FinishedJob> {
  const status = statusOf(job)
  if (status.isFinished) return finishedBefore(job)
  refuseUnfinished(job)
  try {
    const finished = await putTogether(job, tell)
    removeRest(job, finished.folders)
    return finished
  } catch (error) {
    // Another process may have finished it meanwhile, and removed what the tasks have left.
    if (statusOf(job).isFinished) return finishedBefore(job)
    throw error
  }
}

function refuseUnfinished(job: Job): void {
  const { tasks } = job.paths
  const { missing, differing } = statusOf(job)
  const [first] = differing
  if (first !== undefined)
    throw new OutputError(
      `Cannot finish the job: two runs of a task have other results: "${join(tasks, first)}" and "${join(tasks, first.replace(/\..*$/, ''))}"`,
      tasks,
      { kind: 'bug' },
    )
  if (missing.length > 0)
    throw new OutputError(
      `Cannot finish the job: ${missing.length} of ${job.tasks} tasks are not done: ${rangesText(missing)}`,
      tasks,
      { kind: 'run' },
    )
}

async function putTogether(job: Job, tell: (line: string) => void): Promise<FinishedJob> {
  const { paths, manifest } = job
  const summaries: Summary[] = []
  let cut = 0
  const temp = new PrivateFolder(paths.tasks, 'finish')
  try {
    for (const [number, capture] of manifest.captures.entries()) {
      const { name } = capture
      tell(`${name === '' ? 'The capture' : name}: ${manifest.shards} parts are put together`)
      const summary = await finishCapture(job, number, capture, temp.path)
      summaries.push(summary)
      const isLast = manifest.captures[number + 1]?.pieceOf !== capture.pieceOf
      if (capture.pieceOf !== null && !isLast)
        cut += await cutConnections(archivePaths(resultFolder(paths, capture)).index)
    }
  } finally {
    temp.remove()
  }
  const summary = summaryOfCaptures(summaries)
  write(paths.summary, summaryJson(summary))
  write(paths.finished, `${JSON.stringify({ cut } satisfies Finished)}\n`)
  return { summary, folders: foldersOf(job), cut }
}

async function finishCapture(
  job: Job,
  number: number,
  capture: JobCapture,
  tempFolder: string,
): Promise<Summary> {
  const { shards } = job.manifest
  const folder = resultFolder(job.paths, capture)
  makeOutputFolder(folder)
  const tasks = Array.from({ length: shards }, (_, part) => taskPaths(job.paths, number * shards + part))
  const records: TaskRecord[] = []
  for (const { record } of tasks) {
    const found = readTaskRecord(record)
    refuseOtherInputs(record, found, records[0], capture)
    records.push(found)
  }
  const parts = tasks.map(({ folder: from }, i) => ({ folder: from, record: records[i]! }))
  await mergeTasks(job.manifest, capture, parts, folder, tempFolder)
  // Last, when the tasks are known to be sound: one whose files were moved cannot be done again.
  for (const [i, { folder: from, files }] of tasks.entries())
    moveFiles(from, files, folder, records[i]!.files)
  const summary = summaryOfParts(records.map((record) => record.summary))
  write(archivePaths(folder).summary, summaryJson(summary))
  return summary
}

// What a task says of its inputs must be of those of the job, and the same in each part.
function refuseOtherInputs(
  path: string,
  { inputs }: TaskRecord,
  first: TaskRecord | undefined,
  capture: JobCapture,
): void {
  const planned = new Map(capture.inputs.map((input) => [input.path, input.sha256]))
  const areOthers =
    inputs.length !== planned.size || inputs.some((input) => planned.get(input.path) !== input.sha256)
  const isUnlike = first !== undefined && JSON.stringify(first.inputs) !== JSON.stringify(inputs)
  if (areOthers || isUnlike)
    throw new OutputError(`Cannot use "${path}": its inputs are not those of the job`, path, { kind: 'run' })
}

function finishedBefore(job: Job): FinishedJob {
  const { finished, summary: path } = job.paths
  const summary: unknown = readJson(path)
  const found = readJson(finished) as Partial<Finished> | null
  if (!isSummary(summary) || typeof found?.cut !== 'number')
    throw new OutputError(`Cannot use "${finished}": it is not of this job`, finished, { kind: 'run' })
  const folders = foldersOf(job)
  removeRest(job, folders)
  return { summary, folders, cut: found.cut }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(systemPath(path), 'utf8'))
  } catch (cause) {
    throw new OutputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause, kind: 'run' })
  }
}

function foldersOf({ paths, manifest }: Job): string[] {
  return manifest.captures.map((capture) => resultFolder(paths, capture))
}

// What the tasks have left, and half-made files of processes that were killed. What cannot be removed does no harm.
function removeRest({ paths }: Job, folders: readonly string[]): void {
  try {
    rmSync(systemPath(paths.tasks), { recursive: true, force: true })
  } catch {}
  for (const folder of new Set([...folders, dirname(paths.summary)])) {
    try {
      const half =
        /^(?:connections\.parquet|packets\.map|(?:inputs|summary|finished)\.json)\.[0-9a-f]{12}\.partial$/
      for (const name of readdirSync(systemPath(folder)))
        if (half.test(name)) rmSync(systemPath(join(folder, name)), { force: true })
    } catch {}
  }
}

function write(path: string, text: string): void {
  try {
    writeWholeFile(path, text)
  } catch (cause) {
    throw new OutputError(`Cannot write "${path}": ${failureReason(cause)}`, path, { cause, kind: 'run' })
  }
}
