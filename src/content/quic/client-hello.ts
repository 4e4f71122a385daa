import { createCipheriv, createDecipheriv } from 'node:crypto'
import { Cursor } from '../cursor.js'
import { Pieces } from '../pieces.js'
import { clientInitialKeys, type InitialKeys } from './initial-keys.js'
import { type LongPacket, readLongPacket, variableInteger } from './long-header.js'

const SAMPLE_BYTES = 16
const TAG_BYTES = 16
const MAX_NUMBER_BYTES = 4
/** Packets in a datagram that are looked at. */
const MAX_PACKETS = 4

/** Types of frames that Initial packets may have (RFC 9000 section 12.4). */
const Frame = { PADDING: 0, PING: 1, ACK: 2, ACK_ECN: 3, CRYPTO: 6 } as const

/** Gathers the crypto stream of a client's Initial packets, which may come in any order and pieces. */
export class QuicHello {
  readonly #pieces: Pieces
  #tries: number
  #keys: InitialKeys | null = null

  /**
   * @param maxBytes Bytes of the stream that are kept.
   * @param tries    Packets that are decrypted at most, with success or not.
   */
  constructor(maxBytes: number, tries: number) {
    this.#pieces = new Pieces(maxBytes)
    this.#tries = tries
  }

  /** The stream from its begin on, as far as it is known without a hole. */
  get stream(): Uint8Array {
    return this.#pieces.bytes.subarray(0, this.#pieces.length)
  }

  /** True when no further packet is of use. */
  get isOver(): boolean {
    return this.#tries <= 0 || this.#pieces.isFull
  }

  /** Takes the datagram `bytes[from, to)`. */
  take(bytes: Uint8Array, from: number, to: number): void {
    let at = from
    for (let i = 0; i < MAX_PACKETS && at < to && !this.isOver; i++) {
      const packet = readLongPacket(bytes, at, to)
      if (packet === null) return
      if (packet.isInitial) this.#takeInitial(bytes, at, packet)
      at = packet.to
    }
  }

  // The keys are those of the ID that the client chose first; after a Retry those of the server's.
  #takeInitial(bytes: Uint8Array, at: number, packet: LongPacket): void {
    const content = this.#keys === null ? null : this.#decrypted(bytes, at, packet, this.#keys)
    if (content !== null) this.#takeFrames(content)
    else if (!this.isOver) {
      const keys = clientInitialKeys(packet.version, bytes, packet.idFrom, packet.idTo)
      if (keys === null) {
        this.#tries = 0
        return
      }
      const first = this.#decrypted(bytes, at, packet, keys)
      if (first === null) return
      this.#keys = keys
      this.#takeFrames(first)
    }
  }

  #decrypted(bytes: Uint8Array, at: number, packet: LongPacket, keys: InitialKeys): Buffer | null {
    this.#tries -= 1
    return decryptPacket(bytes, at, packet, keys)
  }

  #takeFrames(content: Buffer): void {
    const cursor = new Cursor(content, 0, content.length)
    while (cursor.left > 0) {
      const type = cursor.u8()
      if (type === Frame.PADDING || type === Frame.PING) continue
      if (type === Frame.CRYPTO) {
        const offset = variableInteger(cursor)
        const part = cursor.part(variableInteger(cursor))
        if (part.isShort) return
        this.#pieces.add(offset, content, part.at, part.to)
      } else if (type === Frame.ACK || type === Frame.ACK_ECN) {
        skipAck(cursor, type === Frame.ACK_ECN)
      } else {
        return
      }
    }
  }
}

// RFC 9000 section 19.3.
function skipAck(cursor: Cursor, hasCounts: boolean): void {
  variableInteger(cursor)
  variableInteger(cursor)
  const ranges = variableInteger(cursor)
  variableInteger(cursor)
  for (let i = 0; i < ranges && cursor.left > 0; i++) {
    variableInteger(cursor)
    variableInteger(cursor)
  }
  if (hasCounts) for (let i = 0; i < 3; i++) variableInteger(cursor)
}

/** The content of a protected packet (RFC 9001 sections 5.3 and 5.4); null: the keys do not fit. */
function decryptPacket(
  bytes: Uint8Array,
  at: number,
  { numberAt, to }: LongPacket,
  { key, iv, headerKey }: InitialKeys,
): Buffer | null {
  const sampleAt = numberAt + MAX_NUMBER_BYTES
  if (sampleAt + SAMPLE_BYTES > to) return null
  const ecb = createCipheriv('aes-128-ecb', headerKey, null)
  const mask = ecb.update(bytes.subarray(sampleAt, sampleAt + SAMPLE_BYTES))
  const first = bytes[at]! ^ (mask[0]! & 0x0f)
  const numberBytes = (first & 3) + 1
  const header = Buffer.from(bytes.subarray(at, numberAt + numberBytes)) // owned copy
  header[0] = first
  const nonce = Buffer.from(iv)
  for (let i = 0; i < numberBytes; i++) {
    const place = header.length - numberBytes + i
    header[place]! ^= mask[1 + i]!
    nonce[nonce.length - numberBytes + i]! ^= header[place]!
  }
  const from = numberAt + numberBytes
  if (to - TAG_BYTES < from) return null
  const gcm = createDecipheriv('aes-128-gcm', key, nonce)
  gcm.setAAD(header)
  gcm.setAuthTag(bytes.subarray(to - TAG_BYTES, to))
  try {
    return Buffer.concat([gcm.update(bytes.subarray(from, to - TAG_BYTES)), gcm.final()])
  } catch {
    return null
  }
}
