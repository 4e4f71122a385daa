import type { Config } from '../../config/config.js'
import { ConnectionFiles } from '../files/connection-files.js'
import { ConnectionRecords } from '../index/connection-records.js'
import { RecordLine } from '../index/record-line.js'
import type { Output, OutputSetup, WorkerOutput } from '../output.js'
import type { PayloadForm } from '../payload-chunks.js'
import type { WorkerParts } from '../worker-parts.js'
import { FinishedLog } from './finished-log.js'
import { HandoverFormat } from './handover-format.js'

/** The output for a program that takes connections as they finish: files of encoded chunks, and a log of index records. */
export function handover({ config, handoverDir }: OutputSetup): Output | null {
  if (handoverDir === null) return null
  return { open: (worker) => openIn(worker, config, handoverDir) }
}

function openIn(worker: WorkerParts, config: Config, folder: string): WorkerOutput {
  const { maxBytes, utc } = config
  const form: PayloadForm = {
    format: new HandoverFormat(),
    isRaw: false,
    isPlaced: false,
    gapStyle: 'zeros',
    maxBytes,
    zerosTakeRoom: false,
    maxZeros: Number.POSITIVE_INFINITY,
  }
  const files = new ConnectionFiles(worker, form, false, '.txt')
  const log = new FinishedLog(worker.files.slots, folder, worker.number)
  const line = new RecordLine(utc)
  const records = new ConnectionRecords(worker, config, (_sec, _nsec, uid, row) => log.add(line.of(uid, row)))
  return {
    startCapture: (capture) => {
      files.startCapture(capture)
      records.startCapture(capture)
    },
    opened: (connection) => files.opened(connection),
    data: (half, bytes, from, to, tsSec, tsNsec) => {
      files.data(half, bytes, from, to, tsSec, tsNsec)
      records.data?.(half, bytes, from, to, tsSec, tsNsec)
    },
    gap: (half, streamOffset, length) => {
      files.gap(half, streamOffset, length)
      records.gap(half, streamOffset, length)
    },
    closed: (connection) => files.closed(connection),
    finished: (connection) => {
      files.finished(connection)
      records.finished(connection)
    },
    flush: () => {
      files.flush()
      log.flush()
    },
    finish: () => {
      files.finish()
      log.flush()
    },
  }
}
