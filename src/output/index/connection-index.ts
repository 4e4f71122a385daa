import type { Config } from '../../config/config.js'
import type { Output, OutputSetup, WorkerOutput } from '../output.js'
import type { WorkerParts } from '../worker-parts.js'
import { ConnectionRecords } from './connection-records.js'
import { IndexRuns } from './index-runs.js'
import { writeRecords } from './write-records.js'

/** The output of `--index`: a record per connection. Workers write sorted runs, which are merged at the end. */
export function connectionIndex({ config }: OutputSetup): Output<readonly string[]> | null {
  const { indexes, force, resume } = config
  if (indexes.length === 0) return null
  return {
    open: (worker) => openIn(worker, config),
    finish: (parts, run) => {
      const runs = parts.flat()
      return writeRecords('index', indexes, force || resume, run.kept?.indexRuns(runs) ?? runs, run)
    },
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
