import type { Config } from '../../config/config.js'
import type { Output, OutputSetup, WorkerOutput } from '../output.js'
import { INDEX_RUN, leaveRun } from '../runs/leave-run.js'
import { RECORD_LAYOUT, SortedRuns } from '../runs/sorted-runs.js'
import { writeMerged } from '../runs/write-merged.js'
import type { WorkerParts } from '../worker-parts.js'
import { ConnectionRecords } from './connection-records.js'

/** The output of `--index`: a record per connection. Workers write sorted runs, which are merged at the end. */
export function connectionIndex({ config }: OutputSetup): Output<readonly string[]> | null {
  const { indexes, force, resume, utc } = config
  if (indexes.length === 0) return null
  return {
    open: (worker) => openIn(worker, config),
    finish: (parts, run) => {
      const all = parts.flat()
      if (run.part !== null) return leaveRun(INDEX_RUN, all, RECORD_LAYOUT, run, run.part)
      const runs = run.kept?.indexRuns(all) ?? all
      return writeMerged('index', indexes, force || resume, run, async (outputs) => {
        const { writeIndex } = await import('./write-index.js')
        return writeIndex(runs, run.tempFolder, utc, outputs)
      })
    },
  }
}

function openIn(worker: WorkerParts, config: Config): WorkerOutput<readonly string[]> {
  const { resume } = config
  const runs = new SortedRuns(worker.files.slots, worker.tempFolder, `index-${worker.number}`)
  const records = new ConnectionRecords(worker, config, (sec, nsec, uid, { bytes, length }) =>
    runs.add(sec, nsec, uid, bytes, length),
  )
  return {
    startCapture: (capture) => {
      records.startCapture(capture)
      if (resume) runs.startCapture(capture.runsFolder ?? worker.tempFolder)
    },
    endCapture: () => {
      if (resume) runs.endCapture()
    },
    ...(records.data === null ? {} : { data: records.data }),
    gap: (half, streamOffset, length) => records.gap(half, streamOffset, length),
    finished: (connection) => records.finished(connection),
    finish: () => runs.finish(),
  }
}
