import { normalize } from 'node:path'
import { ConfigError } from '../errors.js'
import type { IndexTarget } from './index-targets.js'
import { shown } from './option-values.js'

/** Standard output and each file carry one thing only. @throws ConfigError */
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
  for (const { path } of indexes) {
    if (isSamePath(path, summaryFile))
      throw new ConfigError(`Cannot use --summary ${shown(summaryFile)}: --index has the same path`)
  }
  const others = [
    ...indexes.map(({ path }) => ['--index', path] as const),
    ['--summary', summaryFile] as const,
  ]
  for (const [option, path] of others) {
    if (isSamePath(path, recordingFile))
      throw new ConfigError(`Cannot use -w/--write ${shown(recordingFile)}: ${option} has the same path`)
  }
}

function isSamePath(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && normalize(a) === normalize(b)
}
