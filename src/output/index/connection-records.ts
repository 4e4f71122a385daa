import type { ConnectionTable } from '../../flow/connection-table.js'
import type { CaptureStart, WorkerOutput } from '../output.js'
import type { UidMaker } from '../uid.js'
import type { WorkerParts } from '../worker-parts.js'
import { GapLists } from './gap-lists.js'
import { IndexRecords } from './record-text.js'

/** Takes a record: the time of the connection's first packet, its uid, and the record as JSON without line end. */
export type TakeRecord = (sec: number, nsec: number, uid: string, line: string) => void

/** Makes the record of each connection of a worker when it has finished. */
export class ConnectionRecords implements WorkerOutput {
  readonly #worker: WorkerParts
  readonly #table: ConnectionTable
  readonly #uids: UidMaker
  readonly #gaps: GapLists
  readonly #records: IndexRecords
  readonly #take: TakeRecord

  /** @param maxGaps Most gaps of one half-stream that a record lists. */
  constructor(worker: WorkerParts, maxGaps: number, take: TakeRecord) {
    this.#worker = worker
    this.#table = worker.table
    this.#uids = worker.uids
    this.#gaps = new GapLists(maxGaps)
    this.#records = new IndexRecords(worker.table, worker.encaps, this.#gaps)
    this.#take = take
  }

  startCapture({ name }: CaptureStart): void {
    this.#records.startCapture(name)
  }

  gap(half: number, streamOffset: number, length: number): void {
    this.#gaps.add(half, streamOffset, length)
  }

  /** @throws OutputError */
  finished(connection: number): void {
    const { firstSec, firstNsec } = this.#table
    const { fileOf, totals } = this.#worker
    const uid = this.#uids.uid(connection)
    if (this.#records.areGapsCut(connection)) totals.limits.index_gaps += 1
    const line = this.#records.line(connection, uid, fileOf(connection, 0), fileOf(connection, 1))
    this.#gaps.forget(2 * connection)
    this.#gaps.forget(2 * connection + 1)
    this.#take(firstSec[connection]!, firstNsec[connection]!, uid, line)
  }
}
