import { constants } from 'node:os'
import { shownPath } from './system-path.js'

/** Where in a capture file something went wrong. */
export interface CaptureLocation {
  /** Path as the user gave it. */
  readonly file: string
  /** Byte offset from the start of the file (of its decompressed content, where it is compressed). */
  readonly offset: number
}

/**
 * The capture file itself cannot be read on: wrong magic, impossible length, early end.
 * A bad packet inside a sound file is not an error; it is counted (see `wire/`).
 */
export class CaptureFormatError extends Error {
  override readonly name = 'CaptureFormatError'
  readonly code = 'ERR_CAPTURE_FORMAT'
  readonly location: CaptureLocation

  /** @param problem What must hold and what was found: "block length must be >= 12: found 8". */
  constructor(problem: string, location: CaptureLocation, options?: ErrorOptions) {
    super(shownPath(`Cannot read "${location.file}" at byte ${location.offset}: ${problem}`), options)
    this.location = location
  }
}

/** The content is neither a capture, whole or damaged, nor something that holds captures. */
export class NoCaptureError extends CaptureFormatError {}

/**
 * What an error asks for, which is also what the exit code tells:
 *
 * - `input`: an input is damaged or cannot be read; all else is done, and the result is final.
 * - `output`: an output exists, or its place takes none; the result is final.
 * - `run`: the run lacked memory, disk, network or descriptors, met a limit that depends on them, or a thread died. The
 *   result is not final: the same run may succeed later.
 * - `bug`: the program is wrong.
 */
export type ErrorKind = 'input' | 'output' | 'run' | 'bug'

/** One thing that went wrong. */
export interface Failure {
  readonly kind: ErrorKind
  readonly message: string
}

/** An input that cannot be opened: missing, not allowed, no regular file. The message names the path. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code = 'ERR_INPUT'
  readonly path: string
  readonly kind: ErrorKind

  /** @param options `kind`: where no cause tells it. */
  constructor(
    message: string,
    path: string,
    options?: ErrorOptions & { readonly kind?: ErrorKind | undefined },
  ) {
    super(shownPath(message), options)
    this.path = path
    this.kind = options?.kind ?? inputErrorKind(options?.cause)
  }
}

/** An option value the program cannot work with. The message names the option and the value. */
export class ConfigError extends RangeError {
  override readonly name = 'ConfigError'
  readonly code = 'ERR_CONFIG'

  constructor(message: string, options?: ErrorOptions) {
    super(shownPath(message), options)
  }
}

/** An output that could not be written, or that exists and must not be touched. The message names the path. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
  readonly code = 'ERR_OUTPUT'
  readonly path: string
  readonly kind: ErrorKind

  /** @param options `kind`: where no cause tells it. */
  constructor(
    message: string,
    path: string,
    options?: ErrorOptions & { readonly kind?: ErrorKind | undefined },
  ) {
    super(shownPath(message), options)
    this.path = path
    this.kind = options?.kind ?? outputErrorKind(options?.cause)
  }
}

/** The system refused memory. The message says how much was asked for. */
export class ResourceError extends Error {
  override readonly name = 'ResourceError'
  readonly code = 'ERR_RESOURCE'
  readonly kind: ErrorKind = 'run'
}

/** A live capture that cannot begin: no such interface, no right, nothing that captures. The message says what helps. */
export class LiveCaptureError extends Error {
  override readonly name = 'LiveCaptureError'
  readonly code = 'ERR_LIVE_CAPTURE'
}

/** Reading fails with these codes where the system lacks something: descriptors, memory, disk, network. */
const SHORTAGES = new Set(
  (
    'EMFILE ENFILE ENOMEM ENOBUFS EAGAIN EINTR ENOSPC EDQUOT ESTALE ETIMEDOUT ECONNABORTED ECONNREFUSED ECONNRESET ' +
    'EHOSTDOWN EHOSTUNREACH ENETDOWN ENETRESET ENETUNREACH ENONET ENOTCONN EREMOTEIO ESHUTDOWN'
  ).split(' '),
)
/** These codes concern one output alone: its name, its rights, what stands in its place, who reads from it. */
const OWN_OUTPUT_ERRORS = new Set(
  'EACCES EAGAIN EEXIST EFBIG EINPUT EISDIR ELOOP ENAMETOOLONG ENOTDIR ENOTEMPTY ENXIO EPERM EPIPE'.split(
    ' ',
  ),
)
const MEMORY_CODES = new Set(['ERR_MEMORY_ALLOCATION_FAILED', 'ERR_WORKER_OUT_OF_MEMORY'])
const MEMORY_TEXT = /\ballocat(?:e|ion)\b.*\b(?:failed|memory)\b|\bmemory\b.*\ballocat/i

/** The kind of a failure to open or read an input. */
export function inputErrorKind(cause: unknown): ErrorKind {
  return SHORTAGES.has(codeOf(cause)) ? 'run' : 'input'
}

/** The kind of a failure to make or write an output. Without a cause that output itself is refused. */
export function outputErrorKind(cause: unknown): ErrorKind {
  return cause === undefined || OWN_OUTPUT_ERRORS.has(codeOf(cause)) ? 'output' : 'run'
}

/** The kind of what ended a thread. A bug says that it is one. */
export function deathKind(error: Error): ErrorKind {
  return error.message.includes('bug:') ? 'bug' : 'run'
}

/** The kind of any error that a run ends with. What nobody has foreseen is a bug. */
export function errorKind(error: unknown): ErrorKind {
  if (error instanceof InputError || error instanceof OutputError || error instanceof ResourceError)
    return error.kind
  if (error instanceof CaptureFormatError || error instanceof LiveCaptureError) return 'input'
  if (!(error instanceof Error)) return 'bug'
  const isOfSystem = 'syscall' in error || MEMORY_CODES.has(codeOf(error))
  return isOfSystem || (error instanceof RangeError && MEMORY_TEXT.test(error.message)) ? 'run' : 'bug'
}

/** @param error Its message is a sentence for people. */
export function failureOf(error: Error): Failure {
  return { kind: errorKind(error), message: error.message }
}

/** The system's name of an error, `EIO`; empty: it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string') return ''
  return unnamedError(error)?.code ?? code
}

/** Errors that Node.js has no name for, such as those of network file systems. It says "Unknown system error -116". */
const UNNAMED_TEXTS = {
  EBADMSG: 'bad message',
  EDQUOT: 'disk quota exceeded',
  ENOLCK: 'no locks available',
  ENOLINK: 'the link to the server has been severed',
  ESTALE: 'stale file handle',
  ETIME: 'timer expired',
} as const

function unnamedError(error: unknown): { readonly code: string; readonly text: string } | null {
  const { code, errno } = error as NodeJS.ErrnoException
  if (!code?.startsWith('Unknown system error')) return null
  const found = Object.entries(UNNAMED_TEXTS).find(
    ([name]) => constants.errno[name as keyof typeof UNNAMED_TEXTS] === -(errno ?? 0),
  )
  return found === undefined ? null : { code: found[0], text: found[1] }
}

/** What the system said went wrong, for people: `no space left on device (ENOSPC)`. */
export function failureReason(cause: unknown): string {
  const unnamed = cause instanceof Error ? unnamedError(cause) : null
  if (unnamed !== null) return `${unnamed.text} (${unnamed.code})`
  const message = cause instanceof Error ? cause.message : String(cause)
  // Node's text is "ENOSPC: no space left on device, write": code, reason, call.
  const match = /^([A-Z0-9]+): ([^,]+)/.exec(message)
  return match === null ? message : `${match[2]} (${match[1]})`
}
