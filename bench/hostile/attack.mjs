/**
 * A capture or an option crafted to make the program need much time or memory.
 *
 * @typedef {object} Attack
 * @property {string} name
 * @property {number} full number of units (packets, blocks, characters)
 * @property {number} quick number of units with `--quick`
 * @property {(path: string, units: number, seed: number) => void} write writes the capture
 * @property {readonly string[]} limits limits that the summary of a full run must count
 * @property {readonly string[]} [args] options; `OUT` is replaced by the output folder
 * @property {string} [memory] value of `--memory`, by default 64M
 * @property {'mixed' | 'lookups'} [ordinary] the ordinary capture to compare with, by default `mixed`; `lookups` for an
 *   attack that makes a file for every few packets
 * @property {string} [tool] program needed to make it
 * @property {(units: number) => readonly string[]} [argsFor] more options
 * @property {number} [connections] open connections per unit
 * @property {number} [mostAllocatedBytes] most disk space for the output
 * @property {boolean} [isInspected] true to run `inspect`
 * @property {number} [unpackedBytes] decompressed bytes per unit of a compressed capture
 * @property {number} [mostRatio] largest ratio to an ordinary capture, by default 4; larger if an option is long
 * @property {readonly number[]} [codes] expected exit codes, by default 0
 */
export {}
