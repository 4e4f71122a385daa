import { crc32 } from 'node:zlib'
import { grown, grownRows } from '../../bytes/grown.js'
import type { FileStore } from '../files/file-store.js'
import { ZEROS } from './zip-entry.js'
import type { ZipSpool } from './zip-spool.js'

const NO_BYTES = new Uint8Array(64 * 1024)
const INITIAL_CAPACITY = 256
const NO_PIECES: readonly number[] = []

/** What a file is. */
export interface EntryOf {
  readonly path: (file: number) => string
  /** Its name in an archive, with `/`. */
  readonly name: (file: number) => string
  readonly connection: (file: number) => number
  /** See `ZipSpool.add()`. */
  readonly kind: (file: number) => number
}

/** The files of one output of one worker, as entries of a ZIP archive. */
export class SpooledFiles implements FileStore {
  // Invariant: the first piece of each open entry is in the columns, those that follow are in #more.
  readonly #spool: ZipSpool
  readonly #entryOf: EntryOf
  readonly #more = new Map<number, number[]>()
  /** 1: the file has an entry, perhaps an empty one. */
  #isOpen = new Uint8Array(INITIAL_CAPACITY)
  #crcs = new Uint32Array(INITIAL_CAPACITY)
  #sizes = new Float64Array(INITIAL_CAPACITY)
  #positions = new Float64Array(INITIAL_CAPACITY)
  #lengths = new Float64Array(INITIAL_CAPACITY)

  constructor(spool: ZipSpool, entryOf: EntryOf) {
    this.#spool = spool
    this.#entryOf = entryOf
  }

  write(file: number, bytes: Uint8Array, from: number, to: number, fileOffset: number): void {
    this.setLength(file, fileOffset)
    this.#crcs[file] = crc32(bytes.subarray(from, to), this.#crcs[file])
    this.#addPiece(file, this.#spool.append(bytes, from, to), to - from)
  }

  setLength(file: number, bytes: number): void {
    if (file >= this.#isOpen.length) this.#grow(file)
    if (this.#isOpen[file] === 0) this.#begin(file)
    const zeros = bytes - this.#sizes[file]!
    if (zeros === 0) return
    for (let left = zeros; left > 0; left -= NO_BYTES.length)
      this.#crcs[file] = crc32(NO_BYTES.subarray(0, Math.min(left, NO_BYTES.length)), this.#crcs[file])
    this.#addPiece(file, ZEROS, zeros)
  }

  isGivenUp(): boolean {
    return false
  }

  close(): void {}

  complete(file: number): void {
    if (this.#isOpen[file] !== 1) return
    this.#isOpen[file] = 0
    const { name, connection, kind } = this.#entryOf
    const more = this.#more.get(file) ?? NO_PIECES
    if (more !== NO_PIECES) this.#more.delete(file)
    this.#spool.add(
      connection(file),
      kind(file),
      name(file),
      this.#crcs[file]!,
      this.#sizes[file]!,
      this.#positions[file]!,
      this.#lengths[file]!,
      more,
    )
  }

  forget(): void {}

  #begin(file: number): void {
    this.#isOpen[file] = 1
    this.#crcs[file] = 0
    this.#sizes[file] = 0
    this.#positions[file] = ZEROS
    this.#lengths[file] = 0
  }

  #addPiece(file: number, position: number, length: number): void {
    this.#sizes[file]! += length
    const more = this.#more.get(file)
    if (more !== undefined) {
      more.push(position, length)
    } else if (this.#lengths[file] === 0) {
      this.#positions[file] = position
      this.#lengths[file] = length
    } else if (
      this.#positions[file] !== ZEROS &&
      this.#positions[file]! + this.#lengths[file]! === position
    ) {
      this.#lengths[file]! += length
    } else {
      this.#more.set(file, [position, length])
    }
  }

  #grow(file: number): void {
    const rows = grownRows(this.#isOpen.length, file + 1)
    this.#isOpen = grown(this.#isOpen, rows)
    this.#crcs = grown(this.#crcs, rows)
    this.#sizes = grown(this.#sizes, rows)
    this.#positions = grown(this.#positions, rows)
    this.#lengths = grown(this.#lengths, rows)
  }
}
