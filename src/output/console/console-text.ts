const TAB = 9
const NEWLINE = 10
const RETURN = 13
const BYTES_OF_LINE = 16

/** Formats bytes for a terminal: printable ASCII, tabs and line ends unchanged, other bytes as `\xNN`. */
export function shownText(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    const isLineEnd = byte === RETURN && bytes[i + 1] === NEWLINE
    if (isPrintable(byte) || byte === TAB || byte === NEWLINE || isLineEnd) text += String.fromCharCode(byte)
    else text += `\\x${hex(byte, 2).toUpperCase()}`
  }
  return text
}

/**
 * Escapes the first character of payload text that looks like a heading of the conversation (`--- 2024-03-05`) or like
 * its text for lost bytes, even within lines, because terminals wrap long lines.
 */
export function withoutHeadings(text: string): string {
  return text.replace(/-(?=--[ \t])|\[(?=\d+ bytes missing\])/g, (first) =>
    first === '-' ? '\\x2D' : '\\x5B',
  )
}

/** Formats bytes as lines `00000010  68 65 6c 6c 6f  hello`. Bytes with consecutive offsets share lines. */
export class HexDump {
  // Invariant: #line has the bytes from #offset on, fewer than 16, that are not in a line yet.
  readonly #line: number[] = []
  #offset = 0
  #text = ''

  /** @param offset Stream offset of the first byte. */
  add(bytes: Uint8Array, offset: number): void {
    if (offset !== this.#offset + this.#line.length) this.#endLine()
    if (this.#line.length === 0) this.#offset = offset
    for (const byte of bytes) {
      this.#line.push(byte)
      if (this.#line.length === BYTES_OF_LINE) this.#endLine()
    }
  }

  /** The lines since the last call, each with its line end. */
  finish(): string {
    this.#endLine()
    const text = this.#text
    this.#text = ''
    return text
  }

  #endLine(): void {
    const line = this.#line
    if (line.length === 0) return
    const digits = line.map((byte, i) => `${i === BYTES_OF_LINE / 2 ? ' ' : ''}${hex(byte, 2)}`).join(' ')
    const text = line.map((byte) => (isPrintable(byte) ? String.fromCharCode(byte) : '.')).join('')
    this.#text += `${hex(this.#offset, 8)}  ${digits.padEnd(3 * BYTES_OF_LINE)}  ${text}\n`
    this.#offset += line.length
    line.length = 0
  }
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}
