import type { ConsoleStyle } from '../../config/console-style.js'
import { ADDRESS_WORDS, ConnectionFlag, type ConnectionTable } from '../../flow/connection-table.js'
import { protocolKeyword } from '../../wire/protocol-names.js'
import type { Chunk, ChunkFormat, ChunkTarget } from '../chunk.js'
import { addressText } from '../ip-text.js'

/**
 * The encoding of a chunk that a worker sends to the main thread for a terminal, little-endian:
 *
 *   byte 0        8             16              24     28        32     33     34     36
 *   +-------------+-------------+---------------+------+---------+------+------+------+---- ... ----+
 *   | ts sec      | offset in   | missing bytes | nsec | payload | side | nano | text | description |
 *   | (f64)       | stream (f64)| before (f64)  |(u32) | (u32)   | (u8) | (u8) |(u16) | payload     |
 *   +-------------+-------------+---------------+------+---------+------+------+------+---- ... ----+
 */
const OFFSET = 8
const MISSING = 16
const NSEC = 24
const PAYLOAD_BYTES = 28
const SIDE = 32
const NANOSECOND = 33
const TEXT_BYTES = 34
const HEADER_BYTES = 36
const MAX_TEXT_BYTES = 256

/** True for styles that show a conversation: workers send encoded chunks, and the main thread shows them. */
export function showsConversation(style: ConsoleStyle): boolean {
  return style === 'text' || style === 'hex'
}

/** `192.0.2.1:80 198.51.100.1:1234 TCP`: originator, responder, protocol; ASCII. */
export function connectionText(table: ConnectionTable, connection: number): string {
  const isIpv6 = (table.flags[connection]! & ConnectionFlag.IPV6) !== 0
  const endpoint = (side: number) => {
    const address = addressText(
      table.address,
      ADDRESS_WORDS * connection + side * (ADDRESS_WORDS / 2),
      isIpv6,
    )
    return `${isIpv6 ? `[${address}]` : address}:${table.port[2 * connection + side]}`
  }
  return `${endpoint(0)} ${endpoint(1)} ${protocolKeyword(table.protocol[connection]!)}`
}

/** Encodes chunks for the main thread. `Chunk.name` is the connection's description. */
export class ConsoleChunkFormat implements ChunkFormat {
  readonly #header = new Uint8Array(HEADER_BYTES + MAX_TEXT_BYTES)
  readonly #view = new DataView(this.#header.buffer)

  write(target: ChunkTarget, chunk: Chunk): void {
    const view = this.#view
    const textBytes = Math.min(chunk.name.length, MAX_TEXT_BYTES)
    view.setFloat64(0, chunk.tsSec, true)
    view.setFloat64(OFFSET, chunk.offset, true)
    view.setFloat64(MISSING, chunk.zeros, true)
    view.setUint32(NSEC, chunk.tsNsec, true)
    view.setUint32(PAYLOAD_BYTES, chunk.to - chunk.from, true)
    view.setUint8(SIDE, chunk.side)
    view.setUint8(NANOSECOND, chunk.isNanosecond ? 1 : 0)
    view.setUint16(TEXT_BYTES, textBytes, true)
    for (let i = 0; i < textBytes; i++) this.#header[HEADER_BYTES + i] = chunk.name.charCodeAt(i)
    target.append(this.#header, 0, HEADER_BYTES + textBytes)
    if (chunk.to > chunk.from) target.append(chunk.bytes, chunk.from, chunk.to)
  }
}

/** A decoded chunk. */
export interface ConsoleChunk {
  readonly tsSec: number
  readonly tsNsec: number
  readonly isNanosecond: boolean
  readonly side: number
  /** Stream offset of the first payload byte, counting lost bytes. */
  readonly offset: number
  /** Lost bytes before it. */
  readonly missing: number
  readonly text: string
  /** A view, valid as long as the block. */
  readonly payload: Uint8Array
}

/** Decodes the chunks in `bytes[from, to)`, which must be whole. */
export function* consoleChunks(bytes: Uint8Array, from: number, to: number): Generator<ConsoleChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = from; at < to; ) {
    const textFrom = at + HEADER_BYTES
    const payloadFrom = textFrom + view.getUint16(at + TEXT_BYTES, true)
    const payloadTo = payloadFrom + view.getUint32(at + PAYLOAD_BYTES, true)
    yield {
      tsSec: view.getFloat64(at, true),
      tsNsec: view.getUint32(at + NSEC, true),
      isNanosecond: view.getUint8(at + NANOSECOND) === 1,
      side: view.getUint8(at + SIDE),
      offset: view.getFloat64(at + OFFSET, true),
      missing: view.getFloat64(at + MISSING, true),
      text: String.fromCharCode(...bytes.subarray(textFrom, payloadFrom)),
      payload: bytes.subarray(payloadFrom, payloadTo),
    }
    at = payloadTo
  }
}
