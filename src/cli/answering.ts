import { failureReason, outputErrorKind } from '../errors.js'
import { exitCodeOfKind, strongest } from './exit-codes.js'
import { printable } from './printable.js'
import { alarming, type Terminal, waitForFlush } from './terminal.js'

/**
 * Does what has standard output for its one output. What cannot be written there is told, unless its reader has gone:
 * `head` has what it wanted.
 *
 * @param answer Writes to standard output, and returns the exit code.
 * @returns The exit code, where standard output did not take all that of this failure.
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
