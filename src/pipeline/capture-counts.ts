import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { type Counts, countedSince } from './counts.js'
import type { WorkerResult } from './line/worker-task.js'
import { type CountedFacts, countsOf, NO_COUNTS, workerCounts } from './run-summary.js'

/** A worker's counts so far, sent when it has finished a capture. */
export interface WorkerSnapshot {
  readonly capture: number
  readonly result: WorkerResult
}

/** The workers' counts of one capture. */
export interface CountedByWorkers {
  readonly counts: Counts
  readonly warnings: readonly string[]
}

/** Separates the counts of a run by capture, for the records of `--resume`. */
export class CaptureCounts {
  // Invariants: #snapshots has what was received of captures from the one before the next that is asked for on. Workers
  // send before they tell that they have finished, so what they told of is there.
  /** One port per worker, to transfer to it. */
  readonly ports: readonly MessagePort[]
  readonly #ours: readonly MessagePort[]
  readonly #snapshots = new Map<number, WorkerResult[]>()
  #mainBefore = NO_COUNTS

  constructor(workerCount: number) {
    const channels = Array.from({ length: workerCount }, () => new MessageChannel())
    this.#ours = channels.map(({ port1 }) => port1)
    this.ports = channels.map(({ port2 }) => port2)
  }

  /** Call after a capture was read. @param now The main thread's counts so far. @returns The counts of that capture. */
  ofMain(now: CountedFacts): Counts {
    const before = this.#mainBefore
    this.#mainBefore = countsOf(now)
    return countedSince(before, this.#mainBefore)
  }

  /** The workers' counts of a capture that all have finished. Must be called for captures in their order. */
  ofWorkers(capture: number): CountedByWorkers {
    for (const port of this.#ours) this.#receive(port)
    const before = this.#snapshots.get(capture - 1) ?? []
    const now = this.#snapshots.get(capture) ?? []
    for (const number of this.#snapshots.keys()) if (number < capture) this.#snapshots.delete(number)
    const known = before.flatMap(({ warnings }) => warnings)
    return {
      counts: countedSince(workerCounts(before), workerCounts(now)),
      warnings: now.flatMap(({ warnings }) => warnings).filter((warning) => !known.includes(warning)),
    }
  }

  close(): void {
    for (const port of this.#ours) port.close()
  }

  #receive(port: MessagePort): void {
    for (;;) {
      const received: { message: WorkerSnapshot } | undefined = receiveMessageOnPort(port)
      if (received === undefined) return
      const { capture, result } = received.message
      this.#snapshots.set(capture, [...(this.#snapshots.get(capture) ?? []), result])
    }
  }
}
