import { u16be } from '../../bytes/endian.js'
import { Cursor } from '../cursor.js'
import { Pieces } from '../pieces.js'
import { Fit } from '../speech.js'
import { HandshakeType } from './hello.js'
import { RecordType } from './records.js'

const RECORD_HEADER_BYTES = 13
const MESSAGE_HEADER_BYTES = 12
/** DTLS 1.0, 1.2, and the form that OpenSSL had before there was one. */
const VERSIONS: ReadonlySet<number> = new Set([0xfeff, 0xfefd, 0x0100])
const RECORD_TYPES: readonly number[] = Object.values(RecordType)
const MAX_RECORDS = 16

/** How the datagram `bytes[from, to)` fits DTLS (RFC 6347 section 4.1): its records fill it. */
export function dtlsFit(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  for (let i = 0; i < MAX_RECORDS && at < to; i++) {
    if (to - at < RECORD_HEADER_BYTES) return Fit.NO
    if (!RECORD_TYPES.includes(bytes[at]!) || !VERSIONS.has(u16be(bytes, at + 1))) return Fit.NO
    const length = u16be(bytes, at + 11)
    at += RECORD_HEADER_BYTES + length
    if (length === 0) return Fit.NO
  }
  return at === to && from < to ? Fit.YES : Fit.NO
}

/** Gathers the body of the first ClientHello that a side sends, which may be in fragments in any order. */
export class DtlsHello {
  readonly #pieces: Pieces
  #sequence = -1
  #total = Number.POSITIVE_INFINITY

  /** @param maxBytes Bytes of the body that are kept. */
  constructor(maxBytes: number) {
    this.#pieces = new Pieces(maxBytes)
  }

  /** The body from its begin on, as far as it is known without a hole. */
  get body(): Uint8Array {
    return this.#pieces.bytes.subarray(0, Math.min(this.#pieces.length, this.#total))
  }

  get isWhole(): boolean {
    return this.#pieces.length >= this.#total
  }

  /** True when no further datagram is of use. */
  get isOver(): boolean {
    return this.isWhole || this.#pieces.isFull
  }

  /** Takes the datagram `bytes[from, to)`. */
  take(bytes: Uint8Array, from: number, to: number): void {
    const datagram = new Cursor(bytes, from, to)
    for (let i = 0; i < MAX_RECORDS && datagram.left >= RECORD_HEADER_BYTES; i++) {
      const type = datagram.u8()
      datagram.skip(RECORD_HEADER_BYTES - 3)
      const record = datagram.part(datagram.u16())
      if (type !== RecordType.HANDSHAKE) continue
      while (record.left >= MESSAGE_HEADER_BYTES && !this.isOver) this.#takeFragment(record)
    }
  }

  // RFC 6347 section 4.2.2. A second hello, with a cookie, has another number.
  #takeFragment(record: Cursor): void {
    const type = record.u8()
    const total = record.u24()
    const sequence = record.u16()
    const offset = record.u24()
    const part = record.part(record.u24())
    if (type !== HandshakeType.CLIENT_HELLO || part.isShort || offset + part.left > total) return
    if (this.#sequence < 0) {
      this.#sequence = sequence
      this.#total = total
    }
    if (sequence !== this.#sequence || total !== this.#total) return
    this.#pieces.add(offset, part.bytes, part.at, part.to)
  }
}
