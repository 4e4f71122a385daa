import { normalize } from 'node:path'
import { ConfigError } from '../errors.js'
import type { Config } from './config.js'
import { shown } from './option-values.js'

/** The options of a run that name files. */
type FileOptions = Pick<Config, 'toConsole' | 'indexes' | 'summaryFile' | 'conflictsFile' | 'objectsFile'>

/** Refuses two outputs with the same target. @throws ConfigError */
export function refuseSharedOutput(
  { toConsole, indexes, summaryFile, conflictsFile, objectsFile }: FileOptions,
  recordingFile: string | null,
): void {
  const toStdout = [
    ...(toConsole ? ['-c/--write-to-console'] : []),
    ...(indexes.some(({ path }) => path === '-') ? ['--index -'] : []),
    ...(summaryFile === '-' ? ['--summary -'] : []),
  ]
  if (toStdout.length > 1)
    throw new ConfigError(`Cannot use ${toStdout.join(' with ')}: standard output can carry only one of them`)
  const files = [
    ...indexes.map(({ path }) => ['--index', path] as const),
    ['--summary', summaryFile] as const,
    ['--conflicts', conflictsFile] as const,
    ['-w/--write', recordingFile] as const,
    ['--objects', objectsFile] as const,
  ]
  for (const [i, [option, path]] of files.entries())
    if (path !== null && option !== '--index') refuseSamePath(option, path, files.slice(0, i))
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
