/** Keeps the thread for so many milliseconds: for the few places that try again and must not go on meanwhile. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
