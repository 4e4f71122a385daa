import { readSync } from 'node:fs'

/** Fills `target` with the bytes from `position` of a file on. Returns how many there were: fewer where the file ends. */
export function readFully(descriptor: number, target: Uint8Array, position: number): number {
  let at = 0
  while (at < target.length) {
    const count = readSync(descriptor, target, at, target.length - at, position + at)
    if (count === 0) break
    at += count
  }
  return at
}
