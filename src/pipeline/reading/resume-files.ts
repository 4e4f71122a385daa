import fs from 'node:fs'
import { codeOf, failureReason, OutputError } from '../../errors.js'
import { closeQuietly } from '../../input/file-source.js'
import { systemPath } from '../../system-path.js'

// A pipe in place of the file must not block the run, and a link is not followed. Windows has neither flag.
const READ_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

// Codes for a missing file, and for a link, a pipe or a device in its place.
const NONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO', 'ENODEV'])

/**
 * Reads a file of notes. Others may have put a file in its place.
 *
 * @returns Its content; null: there is no such file, or it is not ours.
 * @throws OutputError when it exists and cannot be read: the notes of a run must not be taken for lost.
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

/** Names in a folder; none when there is no such folder, or a link to one. @throws OutputError as `textOf()` does. */
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

/** What stands at a path; undefined: nothing. @throws OutputError */
export function lookAt(path: string): fs.Stats | undefined {
  return attempt('read', path, () => fs.lstatSync(systemPath(path), { throwIfNoEntry: false }))
}

/** Removes a file or folder. @throws OutputError */
export function remove(path: string): void {
  attempt('remove', path, () => fs.rmSync(systemPath(path), { force: true, recursive: true }))
}

/** Removes a file. A folder in its place stays. @throws OutputError */
export function removeFile(path: string): void {
  if (lookAt(path)?.isDirectory() !== true) remove(path)
}

/** Turns an error of the system into an OutputError. @param verb What `action` does with `path`, in the message. */
export function attempt<T>(verb: string, path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    if (cause instanceof OutputError) throw cause
    throw new OutputError(`Cannot ${verb} "${path}": ${failureReason(cause)}`, path, { cause })
  }
}
