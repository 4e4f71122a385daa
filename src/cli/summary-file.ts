import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { failureReason, OutputError } from '../errors.js'
import { isWrittenInPlace } from '../existing-outputs.js'
import { pause } from '../pause.js'
import { type Summary, summaryJson } from '../summary.js'
import { systemPath } from '../system-path.js'
import { writeWholeFile } from '../whole-file.js'
import type { TerminalStream } from './terminal.js'

// Windows has none.
const IN_PLACE = constants.O_WRONLY | (constants.O_NONBLOCK ?? 0)
/** Time that a pipe may be without a reader, or with a reader that takes nothing. */
const PATIENCE_MS = 5_000
const LOOK_EVERY_MS = 20

/**
 * Writes the run's totals. A file appears whole or not at all; devices and pipes are written in place.
 *
 * @param path Path of the file, or `-` for `stdout`.
 * @throws OutputError naming the path when it cannot be written.
 */
export function writeSummary(path: string, summary: Summary, stdout: TerminalStream): void {
  const json = summaryJson(summary)
  if (path === '-') {
    stdout.write(json)
    return
  }
  try {
    if (isWrittenInPlace(path)) writeInPlace(path, Buffer.from(json))
    else writeWholeFile(path, json)
  } catch (cause) {
    if (cause instanceof OutputError) throw cause
    throw new OutputError(`Cannot write "${path}": ${failureReason(cause)}`, path, { cause })
  }
}

function writeInPlace(path: string, bytes: Uint8Array): void {
  const descriptor = patiently(path, 'ENXIO', () => openSync(systemPath(path), IN_PLACE))
  try {
    for (let at = 0; at < bytes.length; )
      at += patiently(path, 'EAGAIN', () => writeSync(descriptor, bytes, at))
  } finally {
    closeSync(descriptor)
  }
}

// Tries again while the call fails with `code`: nobody reads from the pipe, or it is full.
function patiently(path: string, code: string, attempt: () => number): number {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    try {
      return attempt()
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== code) throw cause
      if (waitedMs >= PATIENCE_MS)
        throw new OutputError(`Cannot write "${path}": nobody reads from that pipe`, path, { cause })
    }
    pause(LOOK_EVERY_MS)
  }
}
