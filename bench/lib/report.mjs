import { arch, cpus, release, totalmem } from 'node:os'
import { median } from './measure.mjs'
import { NO_WRITE } from './programs.mjs'

/** @typedef {import('./measure.mjs').Measurement} Measurement */
/** @typedef {import('./captures.mjs').BenchCapture} BenchCapture */

/**
 * All runs of one program on one capture.
 *
 * @typedef {object} Result
 * @property {string} name
 * @property {string} version
 * @property {boolean} isOurs
 * @property {number} files number of files written
 * @property {Measurement[]} runs
 */

/** @returns {{ processors: number, model: string, memoryBytes: number, system: string, node: string }} */
export function machine() {
  const processors = cpus()
  const model = processors[0]?.model ?? ''
  const system = `${process.platform} ${release()} ${arch()}`
  return { processors: processors.length, model, memoryBytes: totalmem(), system, node: process.version }
}

/** @param {number} value @param {number} digits */
const fixed = (value, digits) => value.toFixed(digits)

/**
 * Summarizes the runs of a program.
 *
 * @param {Result} result
 * @param {BenchCapture} capture
 * @param {number} ourSeconds the best median of our programs
 */
export function summarize({ name, version, files, runs }, capture, ourSeconds) {
  const walls = runs.map(({ seconds }) => seconds)
  const seconds = median(walls)
  return {
    name,
    version,
    files,
    filesPerSecond: files / seconds,
    seconds,
    minSeconds: Math.min(...walls),
    maxSeconds: Math.max(...walls),
    cpuSeconds: median(runs.map(({ userSec, sysSec }) => userSec + sysSec)),
    peakBytes: Math.max(...runs.map(({ peakBytes }) => peakBytes)),
    /** null when the number of packets is unknown */
    packetsPerSecond: capture.packets > 0 ? capture.packets / seconds : null,
    bytesPerSecond: capture.fileBytes / seconds,
    timesOurs: seconds / ourSeconds,
    runs: runs.map(({ seconds, userSec, sysSec, peakBytes }) => ({ seconds, userSec, sysSec, peakBytes })),
  }
}

/**
 * @param {readonly Result[]} results
 * @param {BenchCapture} capture
 * @returns {ReturnType<typeof summarize>[]}
 */
export function summaries(results, capture) {
  const own = results
    .filter(({ isOurs }) => isOurs)
    .map(({ runs }) => median(runs.map(({ seconds }) => seconds)))
  const ourSeconds = Math.min(...own)
  return results.map((result) => summarize(result, capture, ourSeconds))
}

/**
 * @param {readonly ReturnType<typeof summarize>[]} rows
 * @returns {string} a table for a terminal
 */
export function table(rows) {
  const head = ['program', 'wall s', 'min-max', 'cpu s', 'peak MB', 'Mpkt/s', 'GB/s', 'files', 'x ours']
  const body = rows.map((row) => [
    row.name,
    fixed(row.seconds, 2),
    `${fixed(row.minSeconds, 2)}-${fixed(row.maxSeconds, 2)}`,
    fixed(row.cpuSeconds, 2),
    fixed(row.peakBytes / 1e6, 0),
    row.packetsPerSecond === null ? '-' : fixed(row.packetsPerSecond / 1e6, 2),
    fixed(row.bytesPerSecond / 1e9, 2),
    row.files > 0 ? String(row.files) : '-',
    fixed(row.timesOurs, 2),
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...body.map((cells) => cells[i]?.length ?? 0)))
  const lines = [head, ...body].map((cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  '),
  )
  return lines.join('\n')
}

/**
 * Medians of the ratios of each round, because a disturbance affects both sides of a ratio alike.
 *
 * @param {readonly Result[]} results
 */
export function ratioLines(results) {
  const fastest = results
    .filter(({ isOurs }) => isOurs)
    .toSorted((a, b) => medianSeconds(a) - medianSeconds(b))[0]
  const unwritten = results.find(({ name }) => name === NO_WRITE)
  return results.flatMap((other) => {
    // Compare programs that write files with ours that writes files, and programs that only read with ours that only
    // reads.
    const own = other.files > 0 || other.name.startsWith('floor') ? fastest : unwritten
    if (own === undefined || other.isOurs || other === unwritten) return []
    const timesOurs = median(other.runs.map(({ seconds }, i) => seconds / (own.runs[i]?.seconds ?? seconds)))
    const text = `${own.name} takes ${(1 / timesOurs).toFixed(2)} times as long as ${other.name} (is ${timesOurs.toFixed(2)} times as fast)`
    return [{ program: own.name, other: other.name, timesOurs, text }]
  })
}

/** @param {Result} result */
function medianSeconds({ runs }) {
  return median(runs.map(({ seconds }) => seconds))
}
