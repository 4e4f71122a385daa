import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { readFully } from '../read-fully.js'
import { systemPath } from '../system-path.js'

/** Bytes at the start and at the end of a file by which it is known again. */
export const FINGERPRINT_BYTES = 64 * 1024

/** What tells a file from another one, or from what it was. */
export interface Fingerprint {
  readonly bytes: number
  /** SHA-256 of its first and last {@link FINGERPRINT_BYTES}, in hexadecimal. */
  readonly sha256: string
}

/** @returns Null where it is no file, or cannot be read. */
export function fingerprint(path: string): Fingerprint | null {
  try {
    if (!statSync(systemPath(path)).isFile()) return null // a pipe would wait
    const descriptor = openSync(systemPath(path), 'r')
    try {
      const bytes = fstatSync(descriptor).size
      const hash = createHash('sha256')
      hash.update(part(descriptor, 0, Math.min(bytes, FINGERPRINT_BYTES)))
      hash.update(
        part(descriptor, Math.max(0, bytes - FINGERPRINT_BYTES), Math.min(bytes, FINGERPRINT_BYTES)),
      )
      return { bytes, sha256: hash.digest('hex') }
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return null
  }
}

function part(descriptor: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  if (readFully(descriptor, bytes, from) < length) throw new Error('the file became shorter')
  return bytes
}
