import { statSync } from 'node:fs'
import { ConfigError, failureReason, InputError } from '../errors.js'
import { fingerprint } from '../input/fingerprint.js'
import { systemPath } from '../system-path.js'
import type { JobInput } from './manifest.js'

/** A copy may have lost so much of the time of its file. */
const SAME_TIME_MS = 1

/**
 * Holds inputs against what they were when the job was planned.
 *
 * @throws ConfigError where one is another; InputError where one cannot be read, which may be otherwise on another machine.
 */
export function checkInputs(inputs: readonly JobInput[]): void {
  for (const input of inputs) {
    checkSize(input)
    const mark = fingerprint(input.path)
    if (mark === null)
      throw new InputError(`Cannot read "${input.path}": it cannot be read here`, input.path, { kind: 'run' })
    if (mark.sha256 !== input.sha256) throw changed(input, 'its content is another')
  }
}

/** The same, without reading them. */
export function checkSizes(inputs: readonly JobInput[]): void {
  for (const input of inputs) checkSize(input)
}

function checkSize(input: JobInput): void {
  const { path, bytes, modified } = input
  let now: { readonly size: number; readonly mtimeMs: number }
  try {
    now = statSync(systemPath(path))
  } catch (cause) {
    throw new InputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause, kind: 'run' })
  }
  if (now.size !== bytes) throw changed(input, `it had ${bytes} bytes, and has ${now.size}`)
  if (Math.abs(now.mtimeMs - modified) > SAME_TIME_MS) throw changed(input, 'it was written to')
}

function changed({ path }: JobInput, how: string): ConfigError {
  return new ConfigError(`Cannot use "${path}": it has changed since the job was planned: ${how}`)
}
