import { Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { damageAt, type ReadAt, type ZipRecord } from './zip-directory.js'

const LOCAL_SIGNATURE = 0x04034b50
const LOCAL_BYTES = 30
const STORED = 0
const DEFLATED = 8
const ENCRYPTED = 0x1
const PART_BYTES = 256 * 1024

/** The content of an entry: at any place if it is stored, from its beginning to its end otherwise. */
export class EntryContent {
  // Invariant: the data are `[#from, #from + #record.stored)` of the archive, where no other entry is.
  readonly size: number
  readonly #path: string
  readonly #record: ZipRecord
  readonly #from: number
  readonly #read: ReadAt

  private constructor(path: string, record: ZipRecord, from: number, read: ReadAt) {
    this.#path = path
    this.#record = record
    this.#from = from
    this.#read = read
    this.size = record.size
  }

  /** @param end Where what stands behind the entry begins. @throws InputError */
  static async open(path: string, given: ZipRecord, end: number, read: ReadAt): Promise<EntryContent> {
    const record = { ...given, name: Buffer.from(given.name) } // owned copy
    const { at, name, flags, method, stored, size, offset } = record
    if ((flags & ENCRYPTED) !== 0) throw damageAt(path, at, 'an entry is encrypted')
    if (method !== STORED && method !== DEFLATED)
      throw damageAt(path, at, `an entry must be stored or deflated: found method ${method}`)
    if (method === STORED && stored !== size)
      throw damageAt(path, at, `a stored entry must have one size: found ${stored} and ${size}`)
    const header = await read(offset, LOCAL_BYTES + name.length)
    if (header.length < LOCAL_BYTES + name.length || header.readUInt32LE(0) !== LOCAL_SIGNATURE)
      throw damageAt(path, offset, 'an entry must be here: found none')
    const isSame =
      header.readUInt16LE(8) === method &&
      header.readUInt16LE(26) === name.length &&
      header.subarray(LOCAL_BYTES).equals(name)
    if (!isSame) throw damageAt(path, offset, 'an entry has another name or method than in the directory')
    const from = offset + LOCAL_BYTES + name.length + header.readUInt16LE(28)
    if (from + stored > end)
      throw damageAt(path, at, `an entry of ${stored} bytes at byte ${from} must end before byte ${end}`)
    return new EntryContent(path, record, from, read)
  }

  get isStored(): boolean {
    return this.#record.method === STORED
  }

  /** Reads bytes of a stored entry; fewer where it ends. @throws InputError */
  read(position: number, length: number): Promise<Buffer> {
    return this.#read(this.#from + position, Math.max(0, Math.min(length, this.size - position)))
  }

  /** All of its bytes, in order; size and checksum are checked on the way. @throws InputError */
  async *parts(): AsyncGenerator<Buffer> {
    let size = 0
    let crc = 0
    for await (const part of this.isStored ? this.#data() : this.#inflated()) {
      size += part.length
      if (size > this.size) break
      crc = crc32(part, crc)
      yield part
    }
    if (size !== this.size)
      throw this.#damage(`an entry must have ${this.size} bytes: found ${size > this.size ? 'more' : size}`)
    if (crc !== this.#record.crc) throw this.#damage('a checksum does not fit')
  }

  async *#data(): AsyncGenerator<Buffer> {
    const { stored } = this.#record
    for (let at = 0; at < stored; ) {
      const part = await this.#read(this.#from + at, Math.min(PART_BYTES, stored - at))
      if (part.length === 0) return
      yield part
      at += part.length
    }
  }

  async *#inflated(): AsyncGenerator<Buffer> {
    const inflate = createInflateRaw()
    const source = Readable.from(this.#data())
    let failure: unknown = null
    source.on('error', (error) => {
      failure = error
      inflate.destroy(error)
    })
    source.pipe(inflate)
    try {
      yield* inflate as AsyncIterable<Buffer>
    } catch (error) {
      throw failure ?? this.#damage(`its data are damaged: ${(error as Error).message}`)
    } finally {
      source.destroy()
      inflate.destroy()
    }
    if (inflate.bytesWritten !== this.#record.stored)
      throw this.#damage(
        `an entry must have ${this.#record.stored} bytes of data: found ${inflate.bytesWritten}`,
      )
  }

  #damage(problem: string): Error {
    return damageAt(this.#path, this.#from, problem)
  }
}
