/** Characters to escape: those of `visible()`, but not line feed and tab. */
const INVISIBLE = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const BYTES_OF_LINE = 16

/** Makes invisible characters visible: control characters as Unicode control pictures, others as `\u{202e}`. */
export function visibleText(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCharCode(0x2400 + code)
    return code === 0x7f ? '\u2421' : `\\u{${code.toString(16)}}`
  })
}

/** Formats bytes as the console does: printable ASCII, line feeds and tabs unchanged, other bytes as `\xNN`. */
export function escapedText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    if ((byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10) text += String.fromCharCode(byte)
    else text += `\\x${hex(byte, 2)}`
  }
  return text
}

/** Formats bytes as lines of offset, hexadecimal digits and printable ASCII. @param offset Offset of the first byte. */
export function hexDump(bytes: Uint8Array, offset: number): string {
  const lines: string[] = []
  for (let from = 0; from < bytes.length; from += BYTES_OF_LINE) {
    const line = bytes.subarray(from, from + BYTES_OF_LINE)
    let digits = ''
    let text = ''
    line.forEach((byte, i) => {
      digits += `${i === 8 ? ' ' : ''}${hex(byte, 2)} `
      text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
    })
    lines.push(`${hex(offset + from, 8)}  ${digits.padEnd(50)} ${text}`)
  }
  return lines.join('\n')
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}
