/**
 * The records of a ZIP archive, with ZIP64 where a number needs it.
 *
 * Source: APPNOTE.TXT 6.3.10 (PKWARE), sections 4.3 to 4.5.
 */

/** How the data of an entry stand in the archive. */
export const Method = {
  STORED: 0,
  DEFLATED: 1,
  /** Deflated, with CRC and sizes in a descriptor behind the data; those in the local header are 0. */
  DEFLATED_LARGE: 2,
} as const

/** What the records say of an entry. */
export interface ZipContent {
  /** UTF-8 with `/`, at most {@link MAX_NAME_BYTES}. */
  readonly name: Buffer
  readonly crc: number
  readonly size: number
  /** Seconds since 1970; the archive has them in UTC, to two seconds, from 1980 to 2107. */
  readonly sec: number
}

export const MAX_NAME_BYTES = 65_535
const LOCAL_SIGNATURE = 0x04034b50
const DESCRIPTOR_SIGNATURE = 0x08074b50
const CENTRAL_SIGNATURE = 0x02014b50
const END_SIGNATURE = 0x06054b50
const END64_SIGNATURE = 0x06064b50
const LOCATOR64_SIGNATURE = 0x07064b50
const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
const END_BYTES = 22
const END64_BYTES = 56
const LOCATOR64_BYTES = 20
/** The extra field of ZIP64 with its three values. */
const MAX_EXTRA_BYTES = 28
/** No record of an entry is longer. */
export const MAX_RECORD_BYTES = CENTRAL_BYTES + MAX_NAME_BYTES + MAX_EXTRA_BYTES
const MAX_16 = 0xffff
const MAX_32 = 0xffffffff
/** An entry whose compressed size is not known is of ZIP64 from this size on: deflated, it may be a little larger. */
const MAX_LARGE = 0xfff00000
const VERSION = 20
const VERSION_64 = 45
/** UNIX, so that the attributes below are those of a file: `-rw-r-----`. */
const MADE_BY = (3 << 8) | VERSION_64
const ATTRIBUTES = 0o100640 * 2 ** 16
const DEFLATE = 8
const UTF8_FLAG = 0x800
const DESCRIPTOR_FLAG = 0x8
const EXTRA_64 = 0x0001
const TWO_32 = 2 ** 32
const FIRST_SEC = Date.UTC(1980, 0, 1) / 1000
const LAST_SEC = Date.UTC(2107, 11, 31, 23, 59, 58) / 1000

/** Writes the records of an entry, one entry after the other. */
export class ZipHeader {
  #content: ZipContent = { name: Buffer.alloc(0), crc: 0, size: 0, sec: 0 }
  #name = this.#content.name
  #method: number = Method.STORED
  #stored = 0
  #flags = 0
  /** The local header has an extra field of ZIP64. */
  #is64 = false
  #second = -1
  #time = 0
  #date = 0

  /** @param stored Size of the data in the archive. */
  set(content: ZipContent, method: number, stored: number): void {
    this.#content = content
    this.#name = content.name
    this.#method = method
    this.#stored = stored
    this.#flags = (isAscii(this.#name) ? 0 : UTF8_FLAG) | (this.#isLarge ? DESCRIPTOR_FLAG : 0)
    this.#is64 = content.size >= (this.#isLarge ? MAX_LARGE : MAX_32)
    this.#setTime(content.sec)
  }

  /** Sets the size of the data in the archive. */
  setStored(stored: number): void {
    this.#stored = stored
  }

  /** Writes what stands before the data. @returns Its length. */
  writeLocal(out: Buffer): number {
    const name = this.#name
    const { size } = this.#content
    const extraBytes = this.#is64 ? 20 : 0
    out.writeUInt32LE(LOCAL_SIGNATURE, 0)
    this.#writeCommon(out, 4, this.#is64)
    if (this.#isLarge) out.writeUInt32LE(0, 14)
    out.writeUInt32LE(this.#is64 ? MAX_32 : this.#isLarge ? 0 : this.#stored, 18)
    out.writeUInt32LE(this.#is64 ? MAX_32 : this.#isLarge ? 0 : size, 22)
    out.writeUInt16LE(name.length, 26)
    out.writeUInt16LE(extraBytes, 28)
    name.copy(out, LOCAL_BYTES)
    const at = LOCAL_BYTES + name.length
    if (this.#is64) writeExtra(out, at, this.#isLarge ? [0, 0] : [size, this.#stored])
    return at + extraBytes
  }

  /** Writes what stands behind large data. @returns Its length. */
  writeDescriptor(out: Buffer): number {
    const { crc, size } = this.#content
    out.writeUInt32LE(DESCRIPTOR_SIGNATURE, 0)
    out.writeUInt32LE(crc, 4)
    if (this.#is64) {
      writeUint64(out, this.#stored, 8)
      writeUint64(out, size, 16)
      return 24
    }
    out.writeUInt32LE(this.#stored, 8)
    out.writeUInt32LE(size, 12)
    return 16
  }

  /** Writes the record in the central directory. @param offset Of the local header. @returns Its length. */
  writeCentral(out: Buffer, offset: number): number {
    const name = this.#name
    const { size } = this.#content
    const isLong = size >= MAX_32 || this.#stored >= MAX_32 || offset >= MAX_32
    const long = isLong ? [size, this.#stored, offset].filter((value) => value >= MAX_32) : []
    const extraBytes = isLong ? 4 + 8 * long.length : 0
    out.writeUInt32LE(CENTRAL_SIGNATURE, 0)
    out.writeUInt16LE(MADE_BY, 4)
    this.#writeCommon(out, 6, isLong || this.#is64)
    out.writeUInt32LE(Math.min(this.#stored, MAX_32), 20)
    out.writeUInt32LE(Math.min(size, MAX_32), 24)
    out.writeUInt16LE(name.length, 28)
    out.writeUInt16LE(extraBytes, 30)
    out.fill(0, 32, 38) // no comment, first disk, no text
    out.writeUInt32LE(ATTRIBUTES, 38)
    out.writeUInt32LE(Math.min(offset, MAX_32), 42)
    name.copy(out, CENTRAL_BYTES)
    const at = CENTRAL_BYTES + name.length
    if (isLong) writeExtra(out, at, long)
    return at + extraBytes
  }

  get #isLarge(): boolean {
    return this.#method === Method.DEFLATED_LARGE
  }

  // Version, flags, method, time, date and CRC.
  #writeCommon(out: Buffer, at: number, is64: boolean): void {
    out.writeUInt16LE(is64 ? VERSION_64 : VERSION, at)
    out.writeUInt16LE(this.#flags, at + 2)
    out.writeUInt16LE(this.#method === Method.STORED ? 0 : DEFLATE, at + 4)
    out.writeUInt16LE(this.#time, at + 6)
    out.writeUInt16LE(this.#date, at + 8)
    out.writeUInt32LE(this.#content.crc, at + 10)
  }

  #setTime(sec: number): void {
    if (sec === this.#second) return
    this.#second = sec
    const at = new Date(1000 * Math.min(Math.max(sec, FIRST_SEC), LAST_SEC))
    this.#date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()
    this.#time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1)
  }
}

/** The end of the archive. @param offset Of the central directory. */
export function endRecords(entries: number, directoryBytes: number, offset: number): Buffer {
  const is64 = entries >= MAX_16 || directoryBytes >= MAX_32 || offset >= MAX_32
  const out = Buffer.alloc((is64 ? END64_BYTES + LOCATOR64_BYTES : 0) + END_BYTES)
  if (is64) {
    out.writeUInt32LE(END64_SIGNATURE, 0)
    writeUint64(out, END64_BYTES - 12, 4)
    out.writeUInt16LE(MADE_BY, 12)
    out.writeUInt16LE(VERSION_64, 14)
    writeUint64(out, entries, 24)
    writeUint64(out, entries, 32)
    writeUint64(out, directoryBytes, 40)
    writeUint64(out, offset, 48)
    out.writeUInt32LE(LOCATOR64_SIGNATURE, END64_BYTES)
    writeUint64(out, offset + directoryBytes, END64_BYTES + 8)
    out.writeUInt32LE(1, END64_BYTES + 16)
  }
  const at = out.length - END_BYTES
  out.writeUInt32LE(END_SIGNATURE, at)
  out.writeUInt16LE(Math.min(entries, MAX_16), at + 8)
  out.writeUInt16LE(Math.min(entries, MAX_16), at + 10)
  out.writeUInt32LE(Math.min(directoryBytes, MAX_32), at + 12)
  out.writeUInt32LE(Math.min(offset, MAX_32), at + 16)
  return out
}

function isAscii(bytes: Buffer): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i]! >= 0x80) return false
  return true
}

function writeExtra(out: Buffer, at: number, values: readonly number[]): void {
  out.writeUInt16LE(EXTRA_64, at)
  out.writeUInt16LE(8 * values.length, at + 2)
  for (const [i, value] of values.entries()) writeUint64(out, value, at + 4 + 8 * i)
}

function writeUint64(out: Buffer, value: number, at: number): void {
  out.writeUInt32LE(value % TWO_32, at)
  out.writeUInt32LE(Math.floor(value / TWO_32), at + 4)
}
