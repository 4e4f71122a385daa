import { readSync } from 'node:fs'
import { CompressedInput } from './compressed-input.js'

/**
 * The compressed bytes of an open file.
 *
 * @param onRead Called before each read and after it, with how far the file was read. What it throws passes through.
 */
export function compressedFile(file: number, onRead: (position: number) => void): CompressedInput {
  let position = 0
  const read = (target: Uint8Array): number => {
    onRead(position)
    const bytes = readSync(file, target, 0, target.length, position)
    position += bytes
    onRead(position)
    return bytes
  }
  const seek = (offset: number) => {
    position = offset
  }
  return new CompressedInput(read, seek)
}
