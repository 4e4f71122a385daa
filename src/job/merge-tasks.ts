import { join } from 'node:path'
import { archivePaths } from '../archive-paths.js'
import { failureReason, OutputError } from '../errors.js'
import { archiveJson } from '../output/map/archive-json.js'
import { writeMap } from '../output/map/packet-map.js'
import { factsOfRun } from '../output/runs/kept-run.js'
import { COMPANIES_RUN, ENTRIES_RUN, INDEX_RUN } from '../output/runs/leave-run.js'
import { writeMerged } from '../output/runs/write-merged.js'
import { writeWholeFile } from '../whole-file.js'
import { wholeConfig } from './job.js'
import type { JobCapture, Manifest } from './manifest.js'
import { TASK_RUNS, type TaskRecord } from './task-record.js'

/** What a task of a capture has left, and where. */
export interface TaskResult {
  readonly folder: string
  readonly record: TaskRecord
}

/**
 * Makes the archive of a capture from the runs that its tasks have left, which stay.
 *
 * @param target     Folder of the archive.
 * @param tempFolder Takes what is needed meanwhile.
 * @throws OutputError
 */
export async function mergeTasks(
  manifest: Manifest,
  capture: JobCapture,
  tasks: readonly TaskResult[],
  target: string,
  tempFolder: string,
): Promise<void> {
  for (const task of tasks) await refuseDamaged(task)
  const runsOf = (name: string) => tasks.map(({ folder }) => join(folder, name))
  const paths = archivePaths(target)
  const { inputs } = tasks[0]!.record
  const config = wholeConfig(manifest, capture)
  const run = { isComplete: true, stdout: undefined }
  const index = [{ path: paths.index, format: 'parquet' as const }]
  const failures = await writeMerged('index', index, true, run, async (outputs) => {
    const { writeIndex } = await import('../output/index/write-index.js')
    return writeIndex(runsOf(INDEX_RUN), tempFolder, config.utc, outputs)
  })
  const [failure] = failures
  if (failure !== undefined) throw new OutputError(failure.message, paths.index, { kind: failure.kind })
  try {
    const parts = [{ entries: runsOf(ENTRIES_RUN), companies: runsOf(COMPANIES_RUN) }]
    const facts = await writeMap(paths.map, parts, inputs, tempFolder)
    writeWholeFile(paths.inputs, archiveJson(config, facts, { inputs, isMerged: false }))
  } catch (cause) {
    if (cause instanceof OutputError) throw cause
    throw new OutputError(`Cannot write "${paths.map}": ${failureReason(cause)}`, paths.map, {
      cause,
      kind: 'run',
    })
  }
}

async function refuseDamaged({ folder, record }: TaskResult): Promise<void> {
  for (const name of TASK_RUNS) {
    const path = join(folder, name)
    const { bytes, sha256 } = await factsOfRun(path, name)
    const expected = record.runs[name]
    if (bytes !== expected.bytes || sha256 !== expected.sha256)
      throw new OutputError(
        `Cannot use "${path}": it is not as the task has written it (remove "${folder}", and do the task again)`,
        path,
        { kind: 'run' },
      )
  }
}
