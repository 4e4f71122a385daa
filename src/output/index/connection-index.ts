import type { Config } from '../../config/config.js'
import { type Failure, failureOf, OutputError } from '../../errors.js'
import type { Output, OutputSetup, RunParts, WorkerOutput } from '../output.js'
import type { WorkerParts } from '../worker-parts.js'
import { ConnectionRecords } from './connection-records.js'
import { IndexRuns } from './index-runs.js'

/** The output of `--index`: a record per connection. Workers write sorted runs, which are merged at the end. */
export function connectionIndex({ config }: OutputSetup): Output<readonly string[]> | null {
  if (config.indexes.length === 0) return null
  return {
    open: (worker) => openIn(worker, config),
    finish: (parts, run) => writeIndexes(config, parts.flat(), run),
  }
}

function openIn(worker: WorkerParts, { limits, resume }: Config): WorkerOutput<readonly string[]> {
  const runs = new IndexRuns(worker.files.slots, worker.tempFolder, `index-${worker.number}`)
  const records = new ConnectionRecords(worker, limits.indexGaps, (sec, nsec, uid, line) =>
    runs.add(sec, nsec, uid, line),
  )
  return {
    startCapture: (capture) => {
      records.startCapture(capture)
      if (resume) runs.startCapture(capture.runsFolder ?? worker.tempFolder)
    },
    endCapture: () => {
      if (resume) runs.endCapture()
    },
    gap: (half, streamOffset, length) => records.gap(half, streamOffset, length),
    finished: (connection) => records.finished(connection),
    finish: () => runs.finish(),
  }
}

async function writeIndexes(
  { indexes, force, resume }: Config,
  runs: readonly string[],
  { tempFolder, kept, isComplete, stdout }: RunParts,
): Promise<readonly Failure[]> {
  if (!isComplete)
    return indexes.map(({ path }) => ({
      kind: 'output',
      message: `No index was written to "${path}": the run failed before it was complete`,
    }))
  const { IndexFile, IndexStream } = await import('./index-output.js')
  const { mergeIndex } = await import('./index-merger.js')
  const outputs = []
  const problems: Failure[] = []
  for (const target of indexes) {
    try {
      if (target.path !== '-') outputs.push(await IndexFile.create(target, force || resume))
      else if (stdout !== undefined) outputs.push(new IndexStream(stdout))
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      problems.push(failureOf(error))
    }
  }
  try {
    const errors = await mergeIndex(kept?.indexRuns(runs) ?? runs, tempFolder, outputs)
    return [...problems, ...errors.map(failureOf)]
  } catch (error) {
    if (!(error instanceof OutputError)) throw error
    return [...problems, failureOf(error)]
  }
}
