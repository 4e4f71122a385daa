import { isBalanced, type Summary } from '../summary.js'

/** What the process answers with. */
export const ExitCode = {
  OK: 0,
  /** Something failed, but everything that could be converted was. */
  FAILED: 1,
  BAD_USAGE: 2,
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
} as const

function isWhole({ status, problems }: Summary['inputs'][number]): boolean {
  return status === 'ok' || status === 'no_capture' || (status === 'skipped' && problems.length === 0)
}

/**
 * `FAILED` when an input was not read whole, an output was not written, packets are not accounted for, or there were
 * frames of unknown link types and nothing else.
 */
export function exitCodeOf(summary: Summary): number {
  const isDone =
    summary.errors.length === 0 &&
    summary.inputs.every(isWhole) &&
    isBalanced(summary.packets) &&
    !(Object.keys(summary.unknown_link_types).length > 0 && summary.connections.total === 0)
  return isDone ? ExitCode.OK : ExitCode.FAILED
}
