import { constants } from 'node:os'
import { ConfigError, type ErrorKind, errorKind } from '../errors.js'
import {
  type InputProblem,
  type InputSummary,
  isBalanced,
  isPayloadBalanced,
  type Summary,
} from '../summary.js'

/** Exit codes of the process. */
export const ExitCode = {
  OK: 0,
  /** An input is damaged or cannot be read, or an output exists: all else is done, and the result is final. */
  FAILED: 1,
  BAD_USAGE: 2,
  /** A bug: numbers do not balance, or an unexpected error. */
  BUG: 70,
  /** The run lacked something of the system: the result is not final, the same run may succeed later. */
  TRY_AGAIN: 75,
} as const

const CODES: Readonly<Record<ErrorKind, number>> = {
  input: ExitCode.FAILED,
  output: ExitCode.FAILED,
  run: ExitCode.TRY_AGAIN,
  bug: ExitCode.BUG,
}

/** The exit code by which a shell reports that a signal ended a program. */
export function signalExitCode(name: NodeJS.Signals): number {
  return 128 + constants.signals[name]
}

export function exitCodeOfKind(kind: ErrorKind): number {
  return CODES[kind]
}

/** The code for an error that ended the program. */
export function exitCodeOfError(error: unknown): number {
  return error instanceof ConfigError ? ExitCode.BAD_USAGE : exitCodeOfKind(errorKind(error))
}

/** The code for the problems of an input. */
export function exitCodeOfProblems(problems: readonly InputProblem[]): number {
  return strongest(...problems.map(({ kind = 'input' }) => exitCodeOfKind(kind)))
}

/** The most important code: bad usage, then a signal, a bug, a failure worth another try, any other failure. */
export function strongest(...codes: readonly number[]): number {
  return codes.reduce((a, b) => (rank(b) > rank(a) ? b : a), ExitCode.OK)
}

function rank(code: number): number {
  const ranks: readonly number[] = [ExitCode.OK, ExitCode.FAILED, ExitCode.TRY_AGAIN, ExitCode.BUG]
  if (code === ExitCode.BAD_USAGE) return ranks.length + 1
  return code > 128 ? ranks.length : ranks.indexOf(code)
}

function isWhole({ status }: InputSummary): boolean {
  return status === 'ok' || status === 'no_capture' || status === 'skipped'
}

/**
 * The code of a run by its totals. Besides `failures` these count: an input that was not read whole, numbers that do
 * not balance, and frames of unknown link types where nothing else was decoded.
 */
export function exitCodeOf(summary: Summary): number {
  const isNothingDecoded =
    Object.keys(summary.unknown_link_types).length > 0 && summary.connections.total === 0
  return strongest(
    ...summary.failures.map(({ kind }) => exitCodeOfKind(kind)),
    ...summary.inputs.map(({ problems }) => exitCodeOfProblems(problems)),
    summary.inputs.every(isWhole) ? ExitCode.OK : ExitCode.FAILED,
    isNothingDecoded ? ExitCode.FAILED : ExitCode.OK,
    isBalanced(summary.packets) && isPayloadBalanced(summary) ? ExitCode.OK : ExitCode.BUG,
  )
}
