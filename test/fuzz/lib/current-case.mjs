const MAX_INPUT_BYTES = 1024 * 1024
const HEADER_WORDS = 8

/** The case that a job is at, in shared memory: what is left of it when the job hangs or dies. */
export class CurrentCase {
  /** @param {SharedArrayBuffer} shared */
  constructor(shared = new SharedArrayBuffer(4 * HEADER_WORDS + MAX_INPUT_BYTES)) {
    this.shared = shared
    // Cases begun, target, number, salt, bytes.
    this.words = new Int32Array(shared, 0, HEADER_WORDS)
    this.input = new Uint8Array(shared, 4 * HEADER_WORDS)
  }

  /** @param {number} target number of the target @param {number} number @param {number} salt @param {Uint8Array} input */
  begin(target, number, salt, input) {
    const kept = Math.min(input.length, MAX_INPUT_BYTES)
    this.input.set(input.subarray(0, kept))
    this.words.set([target, number, salt, kept], 1)
    Atomics.add(this.words, 0, 1)
  }

  /** Cases begun so far; the case stands still while it does. */
  get count() {
    return Atomics.load(this.words, 0)
  }

  get failed() {
    const [, target = 0, number = 0, salt = 0, bytes = 0] = this.words
    return { target, number, salt: salt >>> 0, input: Uint8Array.from(this.input.subarray(0, bytes)) }
  }
}
