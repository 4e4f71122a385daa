import type { ByteBuilder } from '../../byte-builder.js'
import { INDEX_COLUMNS } from './columns.js'
import { FieldSplitter, textOf } from './field-splitter.js'
import type { IndexFormat } from './index-format.js'
import { putShort, putUtf8 } from './put.js'

const QUOTE = 0x22
const OPENING = 0x5b
const NULL = 0x6e
const HEADER = `${INDEX_COLUMNS.map(({ name }) => name).join(',')}\n`

/** A spreadsheet takes a cell that begins with one of these for a formula; some also accept the full-width forms. */
const FORMULA = /^[=+\-@\uff1d\uff0b\uff0d\uff20]/
/** Control characters, line separators, format characters (bidi overrides among them) and lone surrogates. */
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * Comma-separated values with a header line (RFC 4180, with lines that end in a line feed alone). Lists stand as JSON.
 * A null is an empty field, an empty text is `""`.
 *
 * Names of inputs come from others, and spreadsheets run what looks like a formula: a text that begins as one does gets
 * a `'` before it, and controls stand as `\x0a` or `\u202e`. Numbers are never touched.
 */
export class CsvIndex implements IndexFormat {
  readonly #fields = new FieldSplitter()

  begin(out: ByteBuilder): void {
    out.putText(HEADER)
  }

  add(bytes: Buffer, from: number, to: number, out: ByteBuilder): void {
    this.#fields.split(bytes, from, to)
    const starts = this.#fields.from
    const ends = this.#fields.to
    for (let i = 0; i < starts.length; i++) {
      putField(bytes, starts[i]!, ends[i]!, out)
      putSeparator(i === starts.length - 1, out)
    }
  }

  finish(): void {}
}

function putSeparator(isLast: boolean, out: ByteBuilder): void {
  out.reserve(1)
  out.bytes[out.length] = isLast ? 0x0a : 0x2c
  out.length += 1
}

function putField(bytes: Buffer, from: number, to: number, out: ByteBuilder): void {
  const first = bytes[from]
  if (from === to || first === NULL) return
  if (first === QUOTE) {
    if (isPlain(bytes, from + 1, to - 1)) putShort(bytes, from + 1, to - 1, out)
    else putQuoted(safeText(textOf(bytes, from, to)), out)
  } else if (first === OPENING && to - from > 2) {
    putQuoted(bytes.toString('utf8', from, to), out)
  } else {
    putShort(bytes, from, to, out)
  }
}

// True for text that stands in the file as it stands in JSON, without quotes. An empty text is none.
function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from]
  if (first === 0x3d || first === 0x2b || first === 0x2d || first === 0x40) return false // = + - @
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte === 0x2c || byte === 0x5c || byte < 0x20 || byte > 0x7e) return false
  }
  return from < to
}

function safeText(text: string): string {
  const shown = text.replace(CONTROLS, (character) => {
    const code = character.codePointAt(0)!
    if (code > 0xffff) return `\\u{${code.toString(16)}}`
    return code > 0xff
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : `\\x${code.toString(16).padStart(2, '0')}`
  })
  return FORMULA.test(shown) ? `'${shown}` : shown
}

function putQuoted(text: string, out: ByteBuilder): void {
  putUtf8(`"${text.replaceAll('"', '""')}"`, out)
}
