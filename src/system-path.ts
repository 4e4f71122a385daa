import { isUtf8 } from 'node:buffer'

/**
 * Paths are text everywhere in the program, also where their bytes are no UTF-8: a byte that belongs to no character
 * is a lone surrogate, U+DC80 to U+DCFF (PEP 383, `surrogateescape`). Only calls of the file system see the bytes.
 */
const LONE_BYTE = /[\udc80-\udcff]/u
const LONE_BYTES = /([\udc80-\udcff])/gu
const FIRST_LONE = 0xdc00
const LONGEST_CHARACTER = 4
// Windows has names of UTF-16.
const HAS_BYTE_NAMES = process.platform !== 'win32'

/** The path, or a part of one, that these bytes are. */
export function pathOfBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (isUtf8(buffer)) return buffer.toString('utf8')
  let path = ''
  for (let at = 0; at < buffer.length; ) {
    const length = characterLength(buffer, at)
    path +=
      length === 0 ? String.fromCharCode(FIRST_LONE + buffer[at]!) : buffer.toString('utf8', at, at + length)
    at += Math.max(length, 1)
  }
  return path
}

// Bytes of the character that begins at `at`; 0: none does.
function characterLength(buffer: Buffer, at: number): number {
  for (let length = 1; length <= LONGEST_CHARACTER && at + length <= buffer.length; length++) {
    if (isUtf8(buffer.subarray(at, at + length))) return length
  }
  return 0
}

/** What calls of the file system take for a path of the program. */
export function systemPath(path: string): string | Buffer {
  if (!HAS_BYTE_NAMES || !LONE_BYTE.test(path)) return path
  const parts = path.split(LONE_BYTES)
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 1 ? Buffer.of(part.charCodeAt(0) - FIRST_LONE) : Buffer.from(part))),
  )
}

/** Text with paths in it as everybody can show it: a byte that is no UTF-8 is `\xNN`. */
export function shownPath(text: string): string {
  return text.replace(LONE_BYTES, (byte) => `\\x${(byte.charCodeAt(0) - FIRST_LONE).toString(16)}`)
}
