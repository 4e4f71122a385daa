/**
 * How far the workers are with the captures of a run, in shared memory: for each worker how many it has finished, then
 * for each capture whether an output of it failed. All int32.
 */
export class CaptureProgress {
  readonly #finished: Int32Array
  readonly #failed: Int32Array

  static allocate(workers: number, captures: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * (workers + captures))
  }

  /** @param shared The same in every thread. */
  constructor(shared: SharedArrayBuffer, workers: number) {
    this.#finished = new Int32Array(shared, 0, workers)
    this.#failed = new Int32Array(shared, 4 * workers)
  }

  /** A worker has written all that it had of a capture. */
  finish(worker: number, capture: number, hasFailed: boolean): void {
    if (hasFailed) Atomics.store(this.#failed, capture, 1)
    Atomics.store(this.#finished, worker, capture + 1) // publishes the line above
  }

  /** Every worker has written all that it had of a capture. */
  isFinished(capture: number): boolean {
    return this.#finished.every((_, worker) => Atomics.load(this.#finished, worker) > capture)
  }

  hasFailed(capture: number): boolean {
    return Atomics.load(this.#failed, capture) !== 0
  }
}
