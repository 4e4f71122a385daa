import { isUtf8 } from 'node:buffer'

/**
 * Paths are strings everywhere in the program, even when their bytes are not UTF-8: a byte that belongs to no character
 * becomes a lone surrogate, U+DC80 to U+DCFF (PEP 383, `surrogateescape`). So does a backslash before what would read as
 * the number of a byte, U+DC5C: no two paths are then shown alike. Only file system calls see the bytes.
 */
const LONE_BYTES = /([\udc5c\udc80-\udcff])/gu
const LONE_BACKSLASH = '\udc5c'
const BEFORE_NUMBER = /\\(?=x[0-9a-f]{2})/gi
const FIRST_LONE = 0xdc00
const LONGEST_CHARACTER = 4
// Windows has UTF-16 names.
const HAS_BYTE_NAMES = process.platform !== 'win32'

/** Converts what somebody has typed to a path. */
export function pathOfText(text: string): string {
  return HAS_BYTE_NAMES ? text.replace(BEFORE_NUMBER, LONE_BACKSLASH) : text
}

/** Converts the bytes of a path, or of a part of one, to a string. */
export function pathOfBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (isUtf8(buffer)) return pathOfText(buffer.toString('utf8'))
  let path = ''
  for (let at = 0; at < buffer.length; ) {
    const length = characterLength(buffer, at)
    path +=
      length === 0 ? String.fromCharCode(FIRST_LONE + buffer[at]!) : buffer.toString('utf8', at, at + length)
    at += Math.max(length, 1)
  }
  return pathOfText(path)
}

// Length in bytes of the character at `at`; 0 when the bytes there are not UTF-8.
function characterLength(buffer: Buffer, at: number): number {
  for (let length = 1; length <= LONGEST_CHARACTER && at + length <= buffer.length; length++) {
    if (isUtf8(buffer.subarray(at, at + length))) return length
  }
  return 0
}

/** Converts a path to the form for file system calls. */
export function systemPath(path: string): string | Buffer {
  if (!HAS_BYTE_NAMES || path.isWellFormed()) return path
  const parts = path.split(LONE_BYTES)
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 1 ? Buffer.of(part.charCodeAt(0) - FIRST_LONE) : Buffer.from(part))),
  )
}

/** Makes text that contains paths printable: bytes that are not UTF-8, and backslashes before `xNN`, become `\xNN`. */
export function shownPath(text: string): string {
  return text.replace(LONE_BYTES, (byte) => `\\x${(byte.charCodeAt(0) - FIRST_LONE).toString(16)}`)
}
