import { join } from 'node:path'
import { PageArena } from '../../bytes/page-arena.js'
import { SharedMemory } from '../../bytes/shared-memory.js'
import { failureOf, OutputError } from '../../errors.js'
import { ConnectionTable } from '../../flow/connection-table.js'
import { ConnectionTracker } from '../../flow/connection-tracker.js'
import { blankFlowPacket, blankFlowQuote } from '../../flow/flow-packet.js'
import { ConsoleTarget } from '../../output/console/console-block.js'
import { FdBudget } from '../../output/files/fd-budget.js'
import { outputsOf } from '../../output/outputs.js'
import { SpillFile } from '../../output/spill-file.js'
import { type OutputResult, WorkerOutputs } from '../../output/worker-outputs.js'
import { RingConsumer } from '../../ring/record-ring.js'
import { passEpoch } from '../../ring/slab-pool.js'
import { HeldStore } from '../../stream/held-store.js'
import { OUTSIDE_KINDS, type OutsideKind } from '../../stream/outside.js'
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
  readWindow,
  recordKind,
} from './descriptor.js'
import type { MemoryRange } from './memory-layout.js'
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
  readonly #output: WorkerOutputs
  readonly #console: ConsoleTarget | null
  readonly #tracker: ConnectionTracker
  readonly #packet = blankFlowPacket()
  readonly #quote = blankFlowQuote()
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
    this.#ring = new RingConsumer(task.ring)
    this.#bytes = memory.bytes
    this.#passed = new Int32Array(task.passed)
    this.#openedShared = new Int32Array(task.opened)
    this.#stop = new Int32Array(task.stop)
    this.#progress = new CaptureProgress(task.finished, config.workerCount)
    this.#console = task.console === null ? null : new ConsoleTarget()
    this.#spill = new SpillFile(join(task.tempDir, `held-${task.worker}`))
    const table = new ConnectionTable()
    this.#output = new WorkerOutputs(outputsOf({ config, handoverDir: task.handoverDir }), {
      config,
      table,
      encaps: new EncapTable(task.encaps),
      number: task.worker,
      tempFolder: task.tempDir,
      pages: pages(task.outputPages),
      fdBudget: new FdBudget(task.fdBudget),
      console: this.#console,
      inputFiles: task.inputFiles,
    })
    this.#tracker = new ConnectionTracker(
      table,
      this.#output.sink,
      new HeldStore(pages(task.heldPages), this.#spill),
      {
        tcpTimeoutSec: config.tcpTimeoutSec,
        udpTimeoutSec: config.udpTimeoutSec,
        lastWins: config.overlapPolicy === 'last',
        heldSegments: config.limits.heldSegments,
        heldBytes: config.limits.heldBytes,
        openConnections: config.limits.openConnections,
      },
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
    const result = this.#result(outcome, failure)
    this.#spill.close()
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
        if (this.#console !== null) this.#console.eventNumber = this.#packet.number
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
        this.#tracker.icmpError(this.#bytes, this.#quote)
        return true
      case RecordKind.WINDOW:
        readWindow(words, at, this.#packet)
        return true
      case RecordKind.SWEEP:
        this.#endEvent(words, at)
        this.#tracker.sweep(controlNumber(words, at))
        this.#output.sweep(controlNumber(words, at), packetNumber(words, at))
        return true
      case RecordKind.END_OF_EPOCH:
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

  // Output produced between two packets belongs to the first one.
  #endEvent(words: Uint32Array, at: number): void {
    if (this.#console !== null) this.#console.eventNumber = packetNumber(words, at) + 0.5
  }

  #endEpoch(epoch: number): void {
    this.#sendConsole(epoch)
    this.#epoch = epoch
    let opened = 0
    for (const count of this.#tracker.rows.opened) opened += count
    Atomics.store(this.#openedShared, this.#task.worker, opened)
    passEpoch(this.#passed, this.#task.worker, epoch)
  }

  #startCapture(number: number, packetsBefore: number): void {
    this.#output.endCapture()
    this.#finishCapture(CaptureFault.NONE)
    this.#capture = number
    const { dir, name, isRecorded } = this.#task.captures[number]!
    const runsFolder = isRecorded ? captureRunsFolder(this.#task.tempDir, number) : null
    this.#output.startCapture(dir, name, packetsBefore, runsFolder)
    this.#tracker.startCapture(packetsBefore)
  }

  #finishCapture(fault: number): void {
    const { failures } = this.#output.totals
    const heldMemoryHits = this.#tracker.reassembler.held.heldMemoryHits + this.#tracker.lives.memoryHits
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
    const result = this.#result({ totals: this.#output.totals, parts: [], error: null }, null)
    const snapshot: WorkerSnapshot = { capture, result }
    this.#task.counts.postMessage(snapshot)
  }

  #sendConsole(epoch: number): void {
    if (this.#task.console === null || this.#console === null) return
    const block = this.#console.take()
    const message: ConsoleMessage = { epoch, block }
    this.#task.console.postMessage(message, block === null ? [] : [block.bytes.buffer, block.pieces.buffer])
  }

  #result(output: OutputResult, error: OutputError | null): WorkerResult {
    const tracker = this.#tracker
    const { reassembler, held } = tracker
    const failure = error ?? output.error
    const { totals } = tracker.rows
    const outside = outsideByKind(reassembler.delivery.outsideBytes)
    const accounted =
      totals.payload + totals.repeated + totals.conflicts + Object.values(outside).reduce((a, b) => a + b, 0)
    return {
      opened: tracker.rows.opened,
      captured: error === null ? totals.captured : accounted, // what the failure left unfinished is not counted
      payload: totals.payload,
      missing: totals.missing,
      repeated: totals.repeated,
      conflicts: totals.conflicts,
      outside,
      gaps: totals.gaps,
      files: output.totals.files,
      written: output.totals.bytesWritten,
      limits: {
        held_segments: reassembler.held.heldSegmentsHits,
        held_bytes: reassembler.held.heldBytesHits,
        held_memory: reassembler.held.heldMemoryHits + tracker.lives.memoryHits,
        open_connections: tracker.rows.openConnectionsHits,
        time_back: tracker.timeBackHits,
        ...output.totals.limits,
      },
      details: {
        cut_bytes: reassembler.delivery.cutBytes,
        spilled_bytes: held.spilledBytes,
        unbalanced_streams: error === null ? tracker.rows.unbalanced : 0,
        icmp_errors: totals.icmpErrors,
      },
      failures: output.totals.failures,
      failureTexts: output.totals.failureTexts,
      warnings: output.totals.warnings,
      outputs: output.parts,
      error: failure === null ? null : failureOf(failure),
    }
  }
}

function outsideByKind(bytes: Float64Array): Record<OutsideKind, number> {
  return Object.fromEntries(OUTSIDE_KINDS.map((kind, i) => [kind, bytes[i]])) as Record<OutsideKind, number>
}
