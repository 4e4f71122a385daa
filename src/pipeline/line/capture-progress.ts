/** Bits that say why a capture was not converted completely. */
export const CaptureFault = {
  NONE: 0,
  /** An output was given up. */
  OUTPUT: 1,
  /** Early segments were given up for lack of memory. */
  HELD_MEMORY: 2,
  /** Connections were ended because too many were open. */
  OPEN_CONNECTIONS: 4,
  /** The run ended before the capture was written. */
  STOPPED: 8,
} as const

/**
 * The workers' progress over the captures of a run, in shared memory: per worker the number of captures finished, then
 * per capture its faults. All int32.
 */
export class CaptureProgress {
  readonly #finished: Int32Array
  readonly #faults: Int32Array

  static allocate(workers: number, captures: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * (workers + captures))
  }

  /** @param shared The same in every thread. */
  constructor(shared: SharedArrayBuffer, workers: number) {
    this.#finished = new Int32Array(shared, 0, workers)
    this.#faults = new Int32Array(shared, 4 * workers)
  }

  /** Notes that a worker has finished its part of a capture, with these faults. */
  finish(worker: number, capture: number, faults: number): void {
    Atomics.or(this.#faults, capture, faults)
    Atomics.store(this.#finished, worker, capture + 1) // publishes the line above
  }

  /** True when every worker has finished its part of a capture. */
  isFinished(capture: number): boolean {
    return this.#finished.every((_, worker) => Atomics.load(this.#finished, worker) > capture)
  }

  /** Bits of {@link CaptureFault}, of all workers. */
  faults(capture: number): number {
    return Atomics.load(this.#faults, capture)
  }

  /** True when every worker has written its part of the capture, without a fault. */
  isWhole(capture: number): boolean {
    return this.isFinished(capture) && (this.faults(capture) & ~CaptureFault.OUTPUT) === 0
  }
}
