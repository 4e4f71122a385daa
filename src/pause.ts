/** Blocks the thread for `ms` milliseconds. For the few places that retry and must do nothing else meanwhile. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
