import fs from 'node:fs'
import { systemPath } from '../../system-path.js'

// A pipe in its place must not hold the run up. Windows has neither.
const READ_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

/** The content of a file that others may have put there; null: there is none, or it is none of ours. */
export function textOf(path: string, maxBytes: number): string | null {
  let descriptor = -1
  try {
    descriptor = fs.openSync(systemPath(path), READ_FLAGS)
    const stats = fs.fstatSync(descriptor)
    return stats.isFile() && stats.size <= maxBytes ? fs.readFileSync(descriptor, 'utf8') : null
  } catch {
    return null
  } finally {
    if (descriptor >= 0) fs.closeSync(descriptor)
  }
}
