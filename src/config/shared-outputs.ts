import { normalize } from 'node:path'
import { ConfigError } from '../errors.js'
import type { IndexTarget } from './index-targets.js'
import { shown } from './option-values.js'

/** Refuses two outputs with the same target. @throws ConfigError */
export function refuseSharedOutput(
  toConsole: boolean,
  indexes: readonly IndexTarget[],
  summaryFile: string | null,
  recordingFile: string | null,
): void {
  const toStdout = [
    ...(toConsole ? ['-c/--write-to-console'] : []),
    ...(indexes.some(({ path }) => path === '-') ? ['--index -'] : []),
    ...(summaryFile === '-' ? ['--summary -'] : []),
  ]
  if (toStdout.length > 1)
    throw new ConfigError(`Cannot use ${toStdout.join(' with ')}: standard output can carry only one of them`)
  const taken = indexes.map(({ path }) => ['--index', path] as const)
  if (summaryFile !== null) refuseSamePath('--summary', summaryFile, taken)
  if (recordingFile !== null)
    refuseSamePath('-w/--write', recordingFile, [...taken, ['--summary', summaryFile]])
}

/** @throws ConfigError when `path`, the value of `option`, is also the path of another option. */
export function refuseSamePath(
  option: string,
  path: string,
  others: readonly (readonly [option: string, path: string | null])[],
): void {
  const [other] = others.find(([, taken]) => isSamePath(path, taken)) ?? []
  if (other !== undefined)
    throw new ConfigError(`Cannot use ${option} ${shown(path)}: ${other} has the same path`)
}

function isSamePath(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && normalize(a) === normalize(b)
}
