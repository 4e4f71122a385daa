import { median } from '../lib/measure.mjs'

/** @typedef {import('./attack.mjs').Attack} Attack */

/**
 * One run of the program.
 *
 * @typedef {object} HostileRun
 * @property {number} seconds
 * @property {number} cpuSec processor time of all threads
 * @property {number} peakBytes
 * @property {number | null} code
 * @property {string} stderr
 * @property {any} summary
 * @property {number} files
 * @property {number} allocatedBytes disk space of the output
 */

/** Largest ratio of the time for an attack to that for an ordinary capture of the same size. */
const MOST_RATIO = 4
/** Largest ratio of the time for an attack to that for half of it, without start-up. */
const MOST_GROWTH = 3
/** A shorter run says nothing about growth. */
const LEAST_SECONDS = 0.15
/** Memory allowed besides --memory: for the program itself, slabs and fragments. */
const FIXED_BYTES = 400e6
/** Memory allowed per open connection. */
const CONNECTION_BYTES = 500
const MEMORY_BYTES = 64 * 2 ** 20

/**
 * @param {Attack} attack
 * @param {number} units
 * @param {number} bytes of the capture
 * @param {{ whole: HostileRun[], half: HostileRun[], ordinary: HostileRun[] }} runs
 * @param {number} startUpSec
 */
export function rowOf(attack, units, bytes, runs, startUpSec) {
  const ratio = median(runs.whole.map(({ cpuSec }, i) => cpuSec / (runs.ordinary[i]?.cpuSec ?? cpuSec)))
  const net = (/** @type {HostileRun | undefined} */ run) => (run?.cpuSec ?? 0) - startUpSec
  const growths = runs.whole.map((whole, i) => net(whole) / Math.max(net(runs.half[i]), 0.01))
  const isLong = runs.half.length > 0 && median(runs.whole.map(net)) >= LEAST_SECONDS
  const growth = isLong ? median(growths) : null
  const [first] = runs.whole
  const limits = Object.keys(first?.summary?.limits ?? {})
  const peakBytes = Math.max(...runs.whole.map((run) => run.peakBytes))
  const mostBytes = MEMORY_BYTES + FIXED_BYTES + (attack.connections ?? 0) * units * CONNECTION_BYTES
  const codes = [...new Set(runs.whole.map(({ code }) => code))]
  const problems = []
  if (ratio > (attack.mostRatio ?? MOST_RATIO))
    problems.push(`takes ${ratio.toFixed(1)} times as long as an ordinary capture`)
  if (growth !== null && growth > MOST_GROWTH)
    problems.push(`takes ${growth.toFixed(1)} times as long for twice the size`)
  if (peakBytes > mostBytes)
    problems.push(`${(peakBytes / 1e6).toFixed(0)} MB of memory, more than ${(mostBytes / 1e6).toFixed(0)}`)
  if (codes.some((code) => !(attack.codes ?? [0]).includes(code ?? -1)))
    problems.push(`exit code ${codes.join(', ')}: ${first?.stderr.trim().slice(0, 300)}`)
  if ((first?.allocatedBytes ?? 0) > (attack.mostAllocatedBytes ?? Infinity))
    problems.push(`output takes ${((first?.allocatedBytes ?? 0) / 1e6).toFixed(0)} MB`)
  if (units === attack.full)
    for (const limit of attack.limits)
      if (!limits.includes(limit)) problems.push(`limit ${limit} not counted`)
  return {
    name: attack.name,
    bytes,
    packets: Number(first?.summary?.packets?.read ?? 0),
    seconds: median(runs.whole.map(({ seconds }) => seconds)),
    cpuSec: median(runs.whole.map(({ cpuSec }) => cpuSec)),
    ratio,
    growth,
    peakBytes,
    ordinaryPeakBytes: Math.max(...runs.ordinary.map((run) => run.peakBytes)),
    files: first?.files ?? 0,
    limits: Object.entries(first?.summary?.limits ?? {}).map(([name, count]) => `${name} ${count}`),
    codes,
    problems,
  }
}

/** @param {readonly ReturnType<typeof rowOf>[]} rows @param {boolean} hasHead @returns {string} */
export function table(rows, hasHead) {
  const head = [
    'attack',
    'MB',
    'packets',
    's',
    'cpu s',
    'x ordinary',
    '2n/n',
    'peak MB',
    '(ordinary)',
    'files',
    'exit',
    'limits',
  ]
  const body = rows.map((row) => [
    row.name,
    (row.bytes / 1e6).toFixed(1),
    String(row.packets),
    row.seconds.toFixed(2),
    row.cpuSec.toFixed(2),
    row.ratio.toFixed(2),
    row.growth?.toFixed(2) ?? '-',
    (row.peakBytes / 1e6).toFixed(0),
    (row.ordinaryPeakBytes / 1e6).toFixed(0),
    String(row.files),
    row.codes.join(','),
    `${row.limits.join(', ')}${row.problems.length > 0 ? ' !' : ''}`,
  ])
  const widths = [56, 7, 8, 7, 7, 10, 6, 7, 10, 7, 4, 0]
  const line = (/** @type {readonly string[]} */ cells) =>
    cells
      .map((cell, i) => (i % 11 === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
  return (hasHead ? [head, ...body] : body).map((cells) => line(cells).trimEnd()).join('\n')
}
