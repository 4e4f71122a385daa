import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** /proc reports processor time in hundredths of a second on every architecture. */
const TICKS_PER_SEC = 100
const RSS_POLL_MS = 10
const MESSAGE_BYTES = 2_000

/**
 * Resources that a run used.
 *
 * @typedef {object} Measurement
 * @property {number} seconds wall time
 * @property {number} userSec processor time of all threads in user space; 0 without /proc
 * @property {number} sysSec processor time of all threads in the kernel; 0 without /proc
 * @property {number} peakBytes peak of resident memory, sampled every 10 ms; 0 without /proc
 * @property {number | null} code exit code
 * @property {string} stdout
 * @property {string} stderr the end of standard error
 */

/** Processor time of all children that have ended, in seconds. @returns {[number, number]} */
function childTimes() {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    // The second field, the name in parentheses, may contain spaces. cutime and cstime are fields 16 and 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [Number(fields[13]) / TICKS_PER_SEC, Number(fields[14]) / TICKS_PER_SEC]
  } catch {
    return [0, 0]
  }
}

/** @param {number} pid @returns {number} peak resident memory of a running process in bytes; 0 when unknown */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/**
 * Runs a program to its end and measures it. Run only one at a time, because processor times are those of all children.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ isOutputKept?: boolean }} [options] `isOutputKept`: return standard output instead of discarding it
 * @returns {Promise<Measurement>} rejects when it cannot be started
 */
export function measure(command, args, { isOutputKept = false } = {}) {
  return new Promise((resolve, reject) => {
    const [userBefore, sysBefore] = childTimes()
    const start = performance.now()
    const child = spawn(command, args, { stdio: ['ignore', isOutputKept ? 'pipe' : 'ignore', 'pipe'] })
    let peakBytes = 0
    let stdout = ''
    let stderr = ''
    const poll = setInterval(() => {
      peakBytes = Math.max(peakBytes, peakOf(child.pid ?? 0))
    }, RSS_POLL_MS)
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr?.on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-MESSAGE_BYTES)
    })
    child.on('error', (error) => {
      clearInterval(poll)
      reject(error)
    })
    child.on('close', (code) => {
      const seconds = (performance.now() - start) / 1000
      clearInterval(poll)
      const [user, sys] = childTimes()
      resolve({
        seconds,
        userSec: user - userBefore,
        sysSec: sys - sysBefore,
        peakBytes,
        code,
        stdout,
        stderr,
      })
    })
  })
}

/** @param {readonly number[]} values at least one @returns {number} */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}
