import { ConnectionFlag } from '../../flow/connection-table.js'
import { safeJson } from '../../safe-json.js'
import type { Conflict } from '../../stream/comparison.js'
import type { Output, OutputSetup, WorkerOutput } from '../output.js'
import { SortedRuns } from '../runs/sorted-runs.js'
import { writeMerged } from '../runs/write-merged.js'
import { secondsText } from '../time-text.js'
import type { WorkerParts } from '../worker-parts.js'

/** Most bytes of each copy that a line shows. */
const MOST_BYTES = 4096

/** The output of `--conflicts`: a line for each place where a copy has other bytes than the first one, in the order of packets. */
export function conflictList({ config }: OutputSetup): Output<readonly string[]> | null {
  const { conflictsFile, force } = config
  if (conflictsFile === null) return null
  return {
    open: (worker) => new ConflictLines(worker),
    finish: (parts, run) =>
      writeMerged('list of conflicts', [{ path: conflictsFile }], force, run, async (outputs) => {
        const { mergeTo, RunOutputs } = await import('../runs/run-outputs.js')
        const opened = outputs.map(({ output }) => output)
        return mergeTo(parts.flat(), run.tempFolder, new RunOutputs(opened), {
          begin() {},
          content: (bytes, from, to) => {
            for (const { gathered } of opened) gathered.putBytes(bytes, from, to)
          },
        })
      }),
  }
}

class ConflictLines implements WorkerOutput<readonly string[]> {
  readonly #worker: WorkerParts
  readonly #uids: WorkerParts['uids']
  readonly #runs: SortedRuns

  constructor(worker: WorkerParts) {
    this.#worker = worker
    this.#uids = worker.uids
    this.#runs = new SortedRuns(worker.files.slots, worker.tempFolder, `conflicts-${worker.number}`)
  }

  /** @throws OutputError */
  conflict(half: number, conflict: Conflict): void {
    const { offset, length, first, firstFrom, second, secondFrom, secondSec, secondNsec } = conflict
    const uid = this.#uids.uid(half >> 1)
    const isNanosecond = (this.#worker.table.flags[half >> 1]! & ConnectionFlag.NANOSECOND) !== 0
    const copy = (number: number, sec: number, nsec: number, bytes: Uint8Array, from: number) => {
      const { file, numberInFile } = this.#worker.places.of(number)
      const data = Buffer.from(bytes.subarray(from, from + Math.min(length, MOST_BYTES))).toString('hex')
      const packet = `"file":${safeJson(file)},"packet":${numberInFile}`
      return `{${packet},"ts":${secondsText(sec, nsec, isNanosecond)},"data":"${data}"}`
    }
    const { firstNumber, firstSec, firstNsec, secondNumber } = conflict
    this.#runs.add(
      secondSec,
      secondNsec,
      uid,
      Buffer.from(
        `{"uid":"${uid}","side":${half & 1},"offset":${Number.isNaN(offset) ? 'null' : offset},"length":${length},"bytes":${conflict.bytes}` +
          `,"first":${copy(firstNumber, firstSec, firstNsec, first, firstFrom)}` +
          `,"second":${copy(secondNumber, secondSec, secondNsec, second, secondFrom)}}\n`,
      ),
    )
  }

  /** @throws OutputError */
  finish(): readonly string[] {
    return this.#runs.finish()
  }
}
