import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { countText } from '../figures.js'
import type { Job } from '../job/job.js'
import { ExitCode, strongest } from './exit-codes.js'
import { Interruption } from './interruption.js'
import { printable } from './printable.js'
import { alarming, type Terminal } from './terminal.js'

/**
 * Does the tasks of a job that are not done, several at a time, in a process each.
 *
 * @param options Those of `work`, by their long names.
 * @returns The strongest exit code.
 */
export async function workAll(
  job: Job,
  folder: string,
  jobs: number,
  options: Readonly<Record<string, unknown>>,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { statusOf } = await import('../job/job-status.js')
  const { missing } = statusOf(job)
  const say = (text: string) => stderr.write(`${printable(text)}\n`)
  if (options.quiet !== true)
    say(`${countText(missing.length)} of ${countText(job.tasks)} tasks are to be done`)
  const running = new Set<ReturnType<typeof spawn>>()
  const interruption = new Interruption(stdout, {
    onSignal: () => {
      for (const child of running) child.kill('SIGTERM')
    },
    onStdoutError: () => {},
  })
  const workers = options.workers ?? Math.max(1, Math.floor(availableParallelism() / jobs))
  const args = ['work', folder, ...optionArguments({ ...options, workers: String(workers) })]
  let code: number = ExitCode.OK
  let next = 0
  const worker = async () => {
    while (next < missing.length && !interruption.signal.aborted) {
      const task = missing[next++]!
      const ended = await doOne([...args, '--task', `${task}`], running, stderr)
      if (typeof ended !== 'number')
        stderr.write(`${alarming(printable(`task ${task}: its process ended: ${ended.reason}`), stderr)}\n`)
      code = strongest(code, typeof ended === 'number' ? ended : ExitCode.TRY_AGAIN)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, missing.length) }, worker))
    return strongest(code, interruption.exitCode ?? ExitCode.OK)
  } finally {
    interruption.release()
  }
}

function optionArguments(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    return value === true ? [`--${name}`] : [`--${name}=${value}`]
  })
}

// Resolves to the exit code, or says what has ended the process.
function doOne(
  args: readonly string[],
  running: Set<ReturnType<typeof spawn>>,
  stderr: Terminal['stderr'],
): Promise<number | { readonly reason: string }> {
  const program = process.argv[1] ?? ''
  const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  child.stderr?.on('data', (chunk: Buffer) => stderr.write(chunk))
  return new Promise((resolve) => {
    child.on('error', (error) => {
      running.delete(child)
      resolve({ reason: error.message })
    })
    child.on('close', (code, signal) => {
      running.delete(child)
      resolve(code ?? { reason: signal ?? 'unknown' })
    })
  })
}
