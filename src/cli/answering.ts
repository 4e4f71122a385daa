import { failureReason, outputErrorKind } from '../errors.js'
import { exitCodeOfKind, strongest } from './exit-codes.js'
import { printable } from './printable.js'
import { alarming, type Terminal, waitForFlush } from './terminal.js'

/**
 * Runs a command whose one output is standard output. Reports that it could not be written, unless the reader has gone:
 * `head` has what it wanted.
 *
 * @param answer Writes to standard output, and returns the exit code.
 * @returns The exit code of `answer`, or that of a failure to write.
 */
export async function answering(
  { stdout, stderr }: Terminal,
  answer: () => Promise<number>,
): Promise<number> {
  const errors: NodeJS.ErrnoException[] = []
  stdout.on('error', (error) => errors.push(error))
  const exitCode = await answer()
  await waitForFlush(stdout)
  const [error] = errors
  if (error === undefined) return exitCode
  const text = `pcap2conn: Cannot write to standard output: ${printable(failureReason(error))}`
  if (error.code !== 'EPIPE') stderr.write(`${alarming(text, stderr)}\n`)
  return strongest(exitCode, exitCodeOfKind(outputErrorKind(error)))
}
