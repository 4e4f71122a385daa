import { join } from 'node:path'
import { PageArena } from '../../bytes/page-arena.js'
import { SharedMemory } from '../../bytes/shared-memory.js'
import type { RecordPlace } from '../../capture/record-place.js'
import { OutputError } from '../../errors.js'
import { ConnectionTable } from '../../flow/connection-table.js'
import { ConnectionTracker } from '../../flow/connection-tracker.js'
import { blankFlowPacket, blankFlowQuote, placeLike } from '../../flow/flow-packet.js'
import { KEPT_EPOCHS } from '../../flow/recent-packets.js'
import { ConsoleTarget } from '../../output/console/console-block.js'
import { FdBudget } from '../../output/files/fd-budget.js'
import { outputsOf, showsConflicts } from '../../output/outputs.js'
import { PacketPlaces } from '../../output/packet-places.js'
import { SpillFile } from '../../output/spill-file.js'
import { WorkerOutputs } from '../../output/worker-outputs.js'
import { RecordLog } from '../../ring/record-log.js'
import { RingConsumer } from '../../ring/record-ring.js'
import { passEpoch } from '../../ring/slab-pool.js'
import { Comparison } from '../../stream/comparison.js'
import { HeldStore } from '../../stream/held-store.js'
import { RecentSegments } from '../../stream/recent-segments.js'
import { shownPath } from '../../system-path.js'
import { EncapTable } from '../../wire/encap-table.js'
import type { WorkerSnapshot } from '../capture-counts.js'
import type { ConsoleMessage } from '../console-message.js'
import { CaptureFault, CaptureProgress } from './capture-progress.js'
import {
  controlNumber,
  highestNsec,
  highestSec,
  packetNumber,
  RecordKind,
  readIcmpError,
  readPacket,
  recordKind,
} from './descriptor.js'
import { InputFiles } from './input-files.js'
import type { MemoryRange } from './memory-layout.js'
import { copiesOf } from './taken-packets.js'
import { trackerOptions } from './tracker-options.js'
import { batchTimes, packetPlace, readableWindow, readWindow, recordPlace } from './window-records.js'
import { memoryHits, workerResult } from './worker-result.js'
import { captureRunsFolder, type WorkerResult, type WorkerTask } from './worker-task.js'

/** Longest sleep on an empty ring. Then the worker checks whether the run was stopped. */
const SLEEP_MS = 100

/** One worker: takes records from its ring and passes packets to the tracker of its connections. */
export class ConnectionWorker {
  readonly #task: WorkerTask
  readonly #ring: RingConsumer
  readonly #bytes: Uint8Array
  readonly #passed: Int32Array
  readonly #openedShared: Int32Array
  readonly #stop: Int32Array
  readonly #spill: SpillFile
  readonly #copiesSpill: SpillFile
  readonly #inputs: InputFiles
  readonly #recent: RecentSegments
  readonly #places: PacketPlaces
  readonly #output: WorkerOutputs
  readonly #console: ConsoleTarget | null
  /** An output is ordered by events. */
  readonly #isDated: boolean
  readonly #tracker: ConnectionTracker
  readonly #packet = blankFlowPacket()
  readonly #quote = blankFlowQuote()
  #fragments: RecordPlace[] = []
  readonly #progress: CaptureProgress
  #epoch = 0
  #capture = -1
  #failuresBefore = 0
  #heldMemoryBefore = 0
  #openConnectionsBefore = 0

  constructor(task: WorkerTask) {
    this.#task = task
    const { config } = task
    const memory = new SharedMemory(task.memory)
    const pages = ({ from, to }: MemoryRange) => new PageArena(memory, from, to)
    this.#ring = new RingConsumer(task.ring, config.dedup === 'off' ? null : new RecordLog())
    this.#bytes = memory.bytes
    this.#passed = new Int32Array(task.passed)
    this.#openedShared = new Int32Array(task.opened)
    this.#stop = new Int32Array(task.stop)
    this.#progress = new CaptureProgress(task.finished, config.workerCount)
    this.#console = task.console === null ? null : new ConsoleTarget()
    this.#spill = new SpillFile(join(task.tempDir, `held-${task.worker}`))
    this.#copiesSpill = new SpillFile(join(task.tempDir, `recent-${task.worker}`))
    this.#inputs = new InputFiles(task.inputs)
    this.#places = new PacketPlaces(task.inputs.map(({ path }) => shownPath(path)))
    const table = new ConnectionTable()
    const copies = new HeldStore(pages(task.pages.copies), this.#copiesSpill, 0)
    this.#output = new WorkerOutputs(outputsOf({ config, handoverDir: task.handoverDir }), {
      config,
      table,
      encaps: new EncapTable(task.encaps),
      number: task.worker,
      tempFolder: task.tempDir,
      pages: pages(task.pages.output),
      fdBudget: new FdBudget(task.fdBudget),
      console: this.#console,
      inputFiles: task.inputFiles,
      places: this.#places,
      selection: task.selection ?? null,
    })
    this.#isDated = this.#console !== null || this.#output.zip !== null
    this.#recent = new RecentSegments(
      table,
      copies,
      this.#inputs,
      memory.bytes,
      new Comparison(this.#output.sink.conflict ?? null, this.#output.sink.fate ?? null),
      showsConflicts({ config, handoverDir: task.handoverDir }),
    )
    this.#tracker = new ConnectionTracker(
      table,
      this.#output.sink,
      new HeldStore(pages(task.pages.held), this.#spill),
      this.#recent,
      trackerOptions(task, copiesOf(config, table, this.#ring, task.selection ?? null)),
      task.openCount,
    )
  }

  /** Works until the run is over or stopped. Blocks its thread. */
  run(): WorkerResult {
    for (;;) {
      const result = this.work()
      if (result !== null) return result
      this.#ring.waitForRecord(SLEEP_MS)
    }
  }

  /**
   * Takes all records available.
   *
   * @returns What was done when the run is over or stopped, or a failed output has ended it; null before.
   */
  work(): WorkerResult | null {
    let failure: OutputError | null = null
    try {
      if (this.#takeRecords()) return null
      this.#tracker.finish(0, 0) // only matters after a stop
      this.#sendConsole(this.#epoch + 1)
    } catch (error) {
      if (!(error instanceof OutputError)) throw error
      failure = error
    }
    const outcome = this.#output.finish() // buffered bytes of other outputs are still written
    const isCutShort = failure !== null || outcome.error !== null || Atomics.load(this.#stop, 0) !== 0
    this.#finishCapture(isCutShort ? CaptureFault.STOPPED : CaptureFault.NONE)
    const result = workerResult(this.#tracker, outcome, failure)
    this.#spill.close()
    this.#copiesSpill.close()
    this.#inputs.close()
    this.#task.console?.close()
    this.#task.counts?.close()
    return result
  }

  // Takes all records in the ring. Returns true when more may follow.
  #takeRecords(): boolean {
    const ring = this.#ring
    for (let at = ring.peek(); at >= 0; at = ring.peek()) {
      if (recordKind(ring.words, at) === RecordKind.PACKET) {
        readPacket(ring.words, at, this.#packet)
        this.#packet.record = ring.position
        if (this.#isDated) this.#setEvent(this.#packet.number)
        this.#tracker.packet(this.#bytes, this.#packet)
      } else if (!this.#control(ring.words, at)) {
        return false
      }
      ring.advance()
    }
    return Atomics.load(this.#stop, 0) === 0
  }

  // Handles a record other than a packet. Returns false at the end of the run.
  #control(words: Uint32Array, at: number): boolean {
    switch (recordKind(words, at)) {
      case RecordKind.ICMP_ERROR:
        readIcmpError(words, at, this.#quote)
        placeLike(this.#quote.error, this.#packet)
        this.#quote.error.record = this.#ring.position
        this.#tracker.icmpError(this.#bytes, this.#quote)
        return true
      case RecordKind.WINDOW:
        this.#startWindow(words, at)
        return true
      case RecordKind.FRAGMENT:
        this.#fragments.push(recordPlace(words, at))
        return true
      case RecordKind.PLACE:
        this.#packet.place = packetPlace(words, at, this.#fragments)
        this.#fragments = []
        return true
      case RecordKind.END_OF_BATCH:
        this.#tracker.copies?.recent?.endBatch(this.#ring.nextPosition, batchTimes(words, at))
        return true
      case RecordKind.SWEEP:
        this.#endEvent(words, at)
        this.#tracker.sweep(controlNumber(words, at))
        this.#output.sweep(controlNumber(words, at), packetNumber(words, at))
        return true
      case RecordKind.END_OF_EPOCH:
        this.#tracker.copies?.recent?.endEpoch(this.#ring.nextPosition, this.#bytes)
        this.#endEpoch(controlNumber(words, at))
        return true
      case RecordKind.START_CAPTURE:
        this.#endEvent(words, at)
        this.#tracker.finish(highestSec(words, at), highestNsec(words, at))
        this.#startCapture(controlNumber(words, at), packetNumber(words, at))
        return true
      case RecordKind.FLUSH:
        this.#output.flush()
        return true
      case RecordKind.END:
        this.#endEvent(words, at)
        this.#tracker.finish(highestSec(words, at), highestNsec(words, at))
        return false
      default:
        throw new Error(`bug: ring record of kind ${recordKind(words, at)}`)
    }
  }

  #startWindow(words: Uint32Array, at: number): void {
    readWindow(words, at, this.#packet)
    const { input } = this.#packet
    if (this.#recent.isWanted) {
      const window = readableWindow(words, at)
      this.#recent.startWindow(window !== null && this.#inputs.open(input) ? window : null)
    }
    this.#places.note(input, packetNumber(words, at))
  }

  // Output produced between two packets belongs to the first one.
  #endEvent(words: Uint32Array, at: number): void {
    if (this.#isDated) this.#setEvent(packetNumber(words, at) + 0.5)
  }

  #setEvent(number: number): void {
    if (this.#console !== null) this.#console.eventNumber = number
    if (this.#output.zip !== null) this.#output.zip.eventNumber = number
  }

  #endEpoch(epoch: number): void {
    this.#sendConsole(epoch)
    this.#epoch = epoch
    let opened = 0
    for (const count of this.#tracker.rows.opened) opened += count
    Atomics.store(this.#openedShared, this.#task.worker, opened)
    // Copies are compared with what the epochs before had, too.
    const kept = (this.#tracker.copies?.recent ?? null) === null ? 0 : KEPT_EPOCHS
    passEpoch(this.#passed, this.#task.worker, epoch - kept)
  }

  #startCapture(number: number, packetsBefore: number): void {
    this.#output.endCapture()
    this.#finishCapture(CaptureFault.NONE)
    this.#capture = number
    const { dir, name, isRecorded } = this.#task.captures[number]!
    const runsFolder = isRecorded ? captureRunsFolder(this.#task.tempDir, number) : null
    this.#output.startCapture(dir, name, packetsBefore, runsFolder)
    this.#tracker.startCapture(packetsBefore)
    this.#tracker.copies?.recent?.startCapture(this.#ring.nextPosition)
  }

  #finishCapture(fault: number): void {
    const { failures } = this.#output.totals
    const heldMemoryHits = memoryHits(this.#tracker, this.#output.totals)
    const { openConnectionsHits } = this.#tracker.rows
    let faults = fault
    if (failures > this.#failuresBefore) faults |= CaptureFault.OUTPUT
    if (heldMemoryHits > this.#heldMemoryBefore) faults |= CaptureFault.HELD_MEMORY
    if (openConnectionsHits > this.#openConnectionsBefore) faults |= CaptureFault.OPEN_CONNECTIONS
    if (this.#capture >= 0) {
      this.#sendCounts(this.#capture)
      this.#progress.finish(this.#task.worker, this.#capture, faults)
    }
    this.#failuresBefore = failures
    this.#heldMemoryBefore = heldMemoryHits
    this.#openConnectionsBefore = openConnectionsHits
  }

  // Sent before the capture is marked as finished, so that whoever sees the mark has the counts.
  #sendCounts(capture: number): void {
    if (this.#task.counts === null) return
    const result = workerResult(this.#tracker, { totals: this.#output.totals, parts: [], error: null }, null)
    const snapshot: WorkerSnapshot = { capture, result }
    this.#task.counts.postMessage(snapshot)
  }

  #sendConsole(epoch: number): void {
    if (this.#task.console === null || this.#console === null) return
    const block = this.#console.take()
    const message: ConsoleMessage = { epoch, block }
    this.#task.console.postMessage(message, block === null ? [] : [block.bytes.buffer, block.pieces.buffer])
  }
}
