import type { ByteBuilder } from '../../byte-builder.js'
import { type ColumnKind, INDEX_COLUMNS } from './columns.js'
import { FieldSplitter, textOf } from './field-splitter.js'
import type { IndexFormat } from './index-format.js'
import { putShort, putUtf8 } from './put.js'

const UNSET = '-'
const EMPTY = '(empty)'
const TAB = 0x09
const LINE_FEED = 0x0a
const DASH = 0x2d
const QUOTE = 0x22
const NULL = 0x6e
const TRUE = 0x74

const ZEEK_TYPES: Readonly<Record<ColumnKind, string>> = {
  time: 'time',
  interval: 'interval',
  word: 'enum',
  address: 'addr',
  text: 'string',
  port: 'port',
  count: 'count',
  boolean: 'bool',
  gaps: 'vector[string]',
  texts: 'vector[string]',
  ports: 'vector[count]',
}

const HEADER = [
  '#separator \\x09',
  '#set_separator\t,',
  `#empty_field\t${EMPTY}`,
  `#unset_field\t${UNSET}`,
  '#path\tconn',
  `#fields\t${INDEX_COLUMNS.map(({ name }) => name).join('\t')}`,
  `#types\t${INDEX_COLUMNS.map(({ kind }) => ZEEK_TYPES[kind]).join('\t')}`,
]

/**
 * Zeek's tab-separated `conn.log` (Log::WRITER_ASCII), without the lines `#open` and `#close` that tell the time of
 * the run. A gap is `offset:length`. What would be read as something else is escaped as `\xNN`, as Zeek does.
 */
export class ZeekLogIndex implements IndexFormat {
  readonly #fields = new FieldSplitter()

  begin(out: ByteBuilder): void {
    out.putText(`${HEADER.join('\n')}\n`)
  }

  add(bytes: Buffer, from: number, to: number, out: ByteBuilder): void {
    this.#fields.split(bytes, from, to)
    const starts = this.#fields.from
    const ends = this.#fields.to
    for (let i = 0; i < starts.length; i++) {
      putField(INDEX_COLUMNS[i]!.kind, bytes, starts[i]!, ends[i]!, out)
      out.reserve(1)
      out.bytes[out.length++] = i === starts.length - 1 ? LINE_FEED : TAB
    }
  }

  finish(): void {}
}

function putField(kind: ColumnKind, bytes: Buffer, from: number, to: number, out: ByteBuilder): void {
  const first = bytes[from]
  if (from === to || first === NULL) out.putText(UNSET)
  else if (first === QUOTE) putTextField(bytes, from, to, out)
  else if (kind === 'boolean') out.putText(first === TRUE ? 'T' : 'F')
  else if (kind === 'gaps' || kind === 'texts' || kind === 'ports') putList(kind, bytes, from, to, out)
  else putShort(bytes, from, to, out)
}

function putTextField(bytes: Buffer, from: number, to: number, out: ByteBuilder): void {
  if (isPlain(bytes, from + 1, to - 1)) putShort(bytes, from + 1, to - 1, out)
  else putUtf8(fieldText(textOf(bytes, from, to)), out)
}

// Text without escapes in JSON has no control characters; all that is left is what a whole field may be taken for.
function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to || bytes[from] === DASH || bytes[from] === EMPTY.charCodeAt(0)) return false
  for (let i = from; i < to; i++) if (bytes[i] === 0x5c || bytes[i] === 0x7f) return false
  return true
}

function putList(kind: ColumnKind, bytes: Buffer, from: number, to: number, out: ByteBuilder): void {
  if (to - from === 2) {
    out.putText(EMPTY)
    return
  }
  const list: unknown[] = JSON.parse(bytes.toString('utf8', from, to))
  const items =
    kind === 'gaps' ? (list as { offset: number; length: number }[]).map(gapText) : list.map(String)
  putUtf8(items.map((item) => fieldText(item).replaceAll(',', escaped)).join(','), out)
}

function gapText({ offset, length }: { offset: number; length: number }): string {
  return `${offset}:${length}`
}

function fieldText(text: string): string {
  if (text === '') return EMPTY
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const safe = text.replace(/[\x00-\x1f\x7f\\]/g, escaped)
  return text === UNSET || text === EMPTY ? escaped(text) + safe.slice(1) : safe
}

// The first character, which is ASCII.
function escaped(text: string): string {
  return `\\x${text.charCodeAt(0).toString(16).padStart(2, '0')}`
}
