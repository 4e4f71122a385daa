/**
 * Something that is meant to take the program long, or much memory.
 *
 * @typedef {object} Attack
 * @property {string} name
 * @property {number} full how many units (packets, blocks, characters) it has
 * @property {number} quick the same with `--quick`
 * @property {(path: string, units: number, seed: number) => void} write writes the capture
 * @property {readonly string[]} limits counters of the summary that must be there in a full run
 * @property {readonly string[]} [args] options; `OUT` in one stands for the output folder
 * @property {string} [memory] `--memory` where it is not 64M
 * @property {'mixed' | 'lookups'} [ordinary] what it is compared with; `mixed`. `lookups`: where it makes a file for
 *   each of a few packets, a capture that does so too
 * @property {string} [tool] program without which it cannot be made
 * @property {(units: number) => readonly string[]} [argsFor] more options
 * @property {number} [connections] connections that are open at the same time, a unit
 * @property {number} [mostAllocatedBytes] that the output may take on the disk
 * @property {boolean} [isInspected] with `inspect`
 * @property {number} [unpackedBytes] of a unit, where the capture is compressed
 * @property {number} [mostRatio] to an ordinary capture, where that is not 4: what is long is not the capture
 * @property {readonly number[]} [codes] exit codes that are right; 0
 */
export {}
