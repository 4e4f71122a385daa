const TAB = 9
const NEWLINE = 10
const RETURN = 13
const BYTES_OF_LINE = 16

/** Bytes for a terminal: printable ASCII, tabs and line ends as they are, others as `\xNN`. */
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
 * Text of payload that cannot be taken for a heading of the conversation (`--- 2024-03-05`) or for its text for lost
 * bytes: the first character of such text is escaped. Also within lines, since terminals break long lines.
 */
export function withoutHeadings(text: string): string {
  return text.replace(/-(?=--[ \t])|\[(?=\d+ bytes missing\])/g, (first) =>
    first === '-' ? '\\x2D' : '\\x5B',
  )
}

/** Bytes as lines `00000010  68 65 6c 6c 6f  hello`, one after the other as far as their offsets go on. */
export class HexDump {
  // Invariant: #line has the bytes, fewer than 16, from #offset on that are in no line yet.
  readonly #line: number[] = []
  #offset = 0
  #text = ''

  /** @param offset Of the first byte. */
  add(bytes: Uint8Array, offset: number): void {
    if (offset !== this.#offset + this.#line.length) this.#endLine()
    if (this.#line.length === 0) this.#offset = offset
    for (const byte of bytes) {
      this.#line.push(byte)
      if (this.#line.length === BYTES_OF_LINE) this.#endLine()
    }
  }

  /** The lines since the last call, each with its end. */
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
