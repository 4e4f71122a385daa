import { UID_LENGTH } from '../uid.js'

/** The position of a piece that is not in the spool: its bytes are 0. */
export const ZEROS = -1

/**
 * An entry in a run, little-endian:
 *
 *   byte 0        2       6        14       22       26       44             48
 *   +-------------+-------+--------+--------+--------+--------+--------------+-------- ... --------+------
 *   | worker u16  | CRC   | bytes  | sec    | nsec   | uid    | pieces (u32) | position, length    | name
 *   |             | u32   | f64    | f64    | u32    |        |              | of each (f64, f64)  |
 *   +-------------+-------+--------+--------+--------+--------+--------------+-------- ... --------+------
 *
 * The CRC-32 is that of ISO 3309, the time that of the connection's first packet, the name UTF-8.
 */
const CRC = 2
const BYTES = 6
const SEC = 14
const NSEC = 22
const UID = 26
const PIECES = UID + UID_LENGTH
const PIECE = PIECES + 4
const PIECE_BYTES = 16

/** Writes entries for a run, each into the same buffer. */
export class EntryWriter {
  /** The entry is `bytes[0, length)`. */
  bytes = Buffer.alloc(4096)
  length = 0

  begin(worker: number, uid: string, sec: number, nsec: number): void {
    const { bytes } = this
    bytes.writeUInt16LE(worker, 0)
    bytes.writeDoubleLE(sec, SEC)
    bytes.writeUInt32LE(nsec, NSEC)
    bytes.write(uid, UID, 'latin1')
  }

  /** @param more Position and length of each piece after the first. */
  end(
    name: string,
    crc: number,
    size: number,
    position: number,
    length: number,
    more: readonly number[],
  ): void {
    const pieces = 1 + more.length / 2
    const nameAt = PIECE + PIECE_BYTES * pieces
    this.#reserve(nameAt + 3 * name.length)
    const { bytes } = this
    bytes.writeUInt32LE(crc, CRC)
    bytes.writeDoubleLE(size, BYTES)
    bytes.writeUInt32LE(pieces, PIECES)
    bytes.writeDoubleLE(position, PIECE)
    bytes.writeDoubleLE(length, PIECE + 8)
    for (const [i, value] of more.entries()) bytes.writeDoubleLE(value, PIECE + PIECE_BYTES + 8 * i)
    this.length = nameAt + bytes.write(name, nameAt)
  }

  #reserve(count: number): void {
    if (count <= this.bytes.length) return
    const larger = Buffer.alloc(2 * count)
    this.bytes.copy(larger)
    this.bytes = larger
  }
}

/** An entry of a run. */
export class ZipEntry {
  readonly #bytes: Buffer
  readonly #from: number
  readonly #to: number

  /** @param bytes `bytes[from, to)` is what {@link EntryWriter} has made. */
  constructor(bytes: Buffer, from: number, to: number) {
    this.#bytes = bytes
    this.#from = from
    this.#to = to
  }

  get worker(): number {
    return this.#bytes.readUInt16LE(this.#from)
  }

  get crc(): number {
    return this.#bytes.readUInt32LE(this.#from + CRC)
  }

  /** Size of the content. */
  get size(): number {
    return this.#bytes.readDoubleLE(this.#from + BYTES)
  }

  get sec(): number {
    return this.#bytes.readDoubleLE(this.#from + SEC)
  }

  get nsec(): number {
    return this.#bytes.readUInt32LE(this.#from + NSEC)
  }

  get uid(): string {
    return this.#bytes.toString('latin1', this.#from + UID, this.#from + PIECES)
  }

  get pieces(): number {
    return this.#bytes.readUInt32LE(this.#from + PIECES)
  }

  /** Where piece `i` stands in the spool of its worker, or {@link ZEROS}. */
  position(i: number): number {
    return this.#bytes.readDoubleLE(this.#from + PIECE + PIECE_BYTES * i)
  }

  length(i: number): number {
    return this.#bytes.readDoubleLE(this.#from + PIECE + PIECE_BYTES * i + 8)
  }

  get name(): Buffer {
    return this.#bytes.subarray(this.#from + PIECE + PIECE_BYTES * this.pieces, this.#to)
  }
}
