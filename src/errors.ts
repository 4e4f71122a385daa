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

/** The content is that of no capture, whole or damaged, and of nothing that holds captures. */
export class NoCaptureError extends CaptureFormatError {}

/** An input that cannot be opened: missing, not allowed, no regular file. The message names the path. */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code = 'ERR_INPUT'
  readonly path: string

  constructor(message: string, path: string, options?: ErrorOptions) {
    super(shownPath(message), options)
    this.path = path
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

  constructor(message: string, path: string, options?: ErrorOptions) {
    super(shownPath(message), options)
    this.path = path
  }
}

/** A live capture that cannot begin: no such interface, no right, nothing that captures. The message says what helps. */
export class LiveCaptureError extends Error {
  override readonly name = 'LiveCaptureError'
  readonly code = 'ERR_LIVE_CAPTURE'
}

/** What the system said went wrong, for people: `no space left on device (ENOSPC)`. */
export function failureReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  // Node's text is "ENOSPC: no space left on device, write": code, reason, call.
  const match = /^([A-Z0-9]+): ([^,]+)/.exec(message)
  return match === null ? message : `${match[2]} (${match[1]})`
}
