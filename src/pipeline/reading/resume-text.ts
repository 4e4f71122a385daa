import fs from 'node:fs'
import { codeOf, failureReason, OutputError } from '../../errors.js'
import { closeQuietly } from '../../input/file-source.js'
import { systemPath } from '../../system-path.js'

// A pipe in its place must not hold the run up. Windows has neither.
const READ_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

// There is no such file, or a link, a pipe or a device has its name.
const NONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV'])

/**
 * The content of a file that others may have put there; null: there is none, or it is none of ours.
 *
 * @throws OutputError where it is there and cannot be read: what a run has noted is not to be forgotten for that.
 */
export function textOf(path: string, maxBytes: number): string | null {
  return unlessMissing(path, () => {
    const descriptor = fs.openSync(systemPath(path), READ_FLAGS)
    try {
      const stats = fs.fstatSync(descriptor)
      return stats.isFile() && stats.size <= maxBytes ? fs.readFileSync(descriptor, 'utf8') : null
    } finally {
      closeQuietly(descriptor)
    }
  })
}

/** Names in a folder; none where there is no such folder, or a link to one. @throws OutputError as `textOf()` does. */
export function namesIn(folder: string): string[] {
  const names = unlessMissing(folder, () =>
    fs.lstatSync(systemPath(folder)).isDirectory() ? fs.readdirSync(systemPath(folder), 'utf8') : null,
  )
  return names ?? []
}

function unlessMissing<T>(path: string, read: () => T): T | null {
  try {
    return read()
  } catch (cause) {
    if (NONE.has(codeOf(cause))) return null
    throw new OutputError(`Cannot read "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
