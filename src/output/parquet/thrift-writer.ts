import type { ByteBuilder } from '../byte-builder.js'

const I32 = 5
const I64 = 6
const BINARY = 8
const LIST = 9
const STRUCT = 12
const TRUE = 1
const FALSE = 2
const STOP = 0

/** Appends a number from 0 to 2^53 - 1 in groups of seven bits, the lowest first; all but the last have the highest bit set. */
export function putVarint(value: number, out: ByteBuilder): void {
  out.reserve(8)
  let rest = value
  while (rest >= 0x80) {
    out.bytes[out.length++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  out.bytes[out.length++] = rest
}

/** Appends a number of at most 52 bits and a sign. */
export function putZigzag(value: number, out: ByteBuilder): void {
  putVarint(value < 0 ? -2 * value - 1 : 2 * value, out)
}

/**
 * Writes structures of Thrift's compact protocol.
 *
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export class ThriftWriter {
  readonly #out: ByteBuilder
  /** Of each structure that is open: the number of its latest field. */
  readonly #latest: number[] = [0]

  constructor(out: ByteBuilder) {
    this.#out = out
  }

  i32(id: number, value: number): void {
    this.#field(id, I32)
    putZigzag(value, this.#out)
  }

  i64(id: number, value: number): void {
    this.#field(id, I64)
    putZigzag(value, this.#out)
  }

  boolean(id: number, value: boolean): void {
    this.#field(id, value ? TRUE : FALSE)
  }

  /** Bytes, or text as UTF-8. */
  binary(id: number, value: Uint8Array | string): void {
    this.#field(id, BINARY)
    this.#putBytes(value)
  }

  /** @param write Writes the fields. */
  struct(id: number, write: () => void): void {
    this.#field(id, STRUCT)
    this.element(write)
  }

  i32List(id: number, values: readonly number[]): void {
    this.#list(id, I32, values.length)
    for (const value of values) putZigzag(value, this.#out)
  }

  textList(id: number, values: readonly string[]): void {
    this.#list(id, BINARY, values.length)
    for (const value of values) this.#putBytes(value)
  }

  /** @param write Writes the fields of one of `values`. */
  structList<T>(id: number, values: readonly T[], write: (value: T) => void): void {
    this.#list(id, STRUCT, values.length)
    for (const value of values) this.element(() => write(value))
  }

  /** The fields of a structure that is no field, and its end. */
  element(write: (thrift: this) => void): void {
    this.#latest.push(0)
    write(this)
    this.#latest.pop()
    this.#putByte(STOP)
  }

  #list(id: number, type: number, size: number): void {
    this.#field(id, LIST)
    this.#putByte((Math.min(size, 15) << 4) | type)
    if (size >= 15) putVarint(size, this.#out)
  }

  #field(id: number, type: number): void {
    const step = id - this.#latest.at(-1)!
    this.#latest[this.#latest.length - 1] = id
    if (step > 0 && step <= 15) {
      this.#putByte((step << 4) | type)
      return
    }
    this.#putByte(type)
    putZigzag(id, this.#out)
  }

  #putBytes(value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    putVarint(bytes.length, this.#out)
    this.#out.putBytes(bytes, 0, bytes.length)
  }

  #putByte(byte: number): void {
    this.#out.reserve(1)
    this.#out.bytes[this.#out.length++] = byte
  }
}
