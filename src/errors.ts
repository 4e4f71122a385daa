import { constants } from 'node:os'
import { shownPath } from './system-path.js'

/** The location of an error in a capture file. */
export interface CaptureLocation {
  /** Path as the user gave it. */
  readonly file: string
  /** Byte offset in the file, or in its decompressed content if it is compressed. */
  readonly offset: number
}

/**
 * The rest of a capture file cannot be read: wrong magic, impossible length, early end. A bad packet in a sound file is
 * not an error; it is counted (see `wire/`).
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

/** The content is neither a capture, even a damaged one, nor an archive of captures. */
export class NoCaptureError extends CaptureFormatError {}

/**
 * The kind of an error, which decides the exit code:
 *
 * - `input`: an input is damaged or cannot be read. Everything else was done, and the result is final.
 * - `output`: an output exists already or cannot be created there. The result is final.
 * - `run`: the run lacked memory, disk, network or descriptors, met a limit that depends on them, or a thread died. The
 *   result is not final: the same run may succeed later.
 * - `bug`: an error in the program.
 */
export type ErrorKind = 'input' | 'output' | 'run' | 'bug'

/** One thing that went wrong. */
export interface Failure {
  readonly kind: ErrorKind
  readonly message: string
}

/** An input cannot be opened: missing, access denied, or not a regular file. The message names the path. */
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

/** An invalid option value. The message names the option and the value. */
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

/** The system refused memory. The message says how much was requested. */
export class ResourceError extends Error {
  override readonly name = 'ResourceError'
  readonly code = 'ERR_RESOURCE'
  readonly kind: ErrorKind = 'run'
}

/** A live capture cannot begin: no such interface, no permission, no backend. The message says what to do. */
export class LiveCaptureError extends Error {
  override readonly name = 'LiveCaptureError'
  readonly code = 'ERR_LIVE_CAPTURE'
  readonly kind: ErrorKind

  constructor(message: string, options?: ErrorOptions & { readonly kind?: ErrorKind }) {
    super(message, options)
    this.kind = options?.kind ?? 'input'
  }
}

/** Codes with which reading fails when the system lacks descriptors, memory, disk or network. */
const SHORTAGES = new Set(
  (
    'EMFILE ENFILE ENOMEM ENOBUFS EAGAIN EINTR ENOSPC EDQUOT ESTALE ETIMEDOUT ECONNABORTED ECONNREFUSED ECONNRESET ' +
    'EHOSTDOWN EHOSTUNREACH ENETDOWN ENETRESET ENETUNREACH ENONET ENOTCONN EREMOTEIO ESHUTDOWN'
  ).split(' '),
)
/** Codes that concern only one output: its name, its permissions, an existing file, or a reader that has gone. */
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

/** The kind of a failure to create or write an output. Without a cause, the output itself was refused. */
export function outputErrorKind(cause: unknown): ErrorKind {
  return cause === undefined || OWN_OUTPUT_ERRORS.has(codeOf(cause)) ? 'output' : 'run'
}

/** The kind of an error that ended a thread. A bug's message says that it is a bug. */
export function deathKind(error: Error): ErrorKind {
  return error.message.includes('bug:') ? 'bug' : 'run'
}

/** The kind of an error with which a run ends. An unexpected error is a bug. */
export function errorKind(error: unknown): ErrorKind {
  if (
    error instanceof InputError ||
    error instanceof OutputError ||
    error instanceof ResourceError ||
    error instanceof LiveCaptureError
  )
    return error.kind
  if (error instanceof CaptureFormatError) return 'input'
  if (!(error instanceof Error)) return 'bug'
  const isOfSystem = 'syscall' in error || MEMORY_CODES.has(codeOf(error))
  return isOfSystem || (error instanceof RangeError && MEMORY_TEXT.test(error.message)) ? 'run' : 'bug'
}

/** @param error Its message must be a sentence for users. */
export function failureOf(error: Error): Failure {
  return { kind: errorKind(error), message: error.message }
}

/** The system's code of an error, such as `EIO`; empty for other errors. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string') return ''
  return unnamedError(error)?.code ?? code
}

/** Texts for errors that Node.js reports as "Unknown system error -116", such as those of network file systems. */
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

/** The system's reason of a failure for users: `no space left on device (ENOSPC)`. */
export function failureReason(cause: unknown): string {
  const unnamed = cause instanceof Error ? unnamedError(cause) : null
  if (unnamed !== null) return `${unnamed.text} (${unnamed.code})`
  const message = cause instanceof Error ? cause.message : String(cause)
  // Node's text is "ENOSPC: no space left on device, write": code, reason, call.
  const match = /^([A-Z0-9]+): ([^,]+)/.exec(message)
  return match === null ? message : `${match[2]} (${match[1]})`
}
