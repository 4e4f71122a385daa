import { InputError } from '../errors.js'

/** Reads up to `length` bytes of the archive; fewer where it ends. @throws InputError */
export type ReadAt = (position: number, length: number) => Promise<Buffer>

/**
 * The central directory of a ZIP archive, with ZIP64.
 *
 * Source: APPNOTE.TXT 6.3.10 (PKWARE), sections 4.3 to 4.5.
 */
export interface Directory {
  readonly from: number
  readonly to: number
  readonly entries: number
}

/** An entry, as its record in the directory has it. */
export interface ZipRecord {
  /** Where the record stands. */
  readonly at: number
  readonly recordBytes: number
  readonly name: Buffer
  readonly flags: number
  readonly method: number
  readonly crc: number
  /** Of the data in the archive. */
  readonly stored: number
  readonly size: number
  /** Of the local header. */
  readonly offset: number
}

const END_SIGNATURE = 0x06054b50
const END64_SIGNATURE = 0x06064b50
const LOCATOR64_SIGNATURE = 0x07064b50
const CENTRAL_SIGNATURE = 0x02014b50
const END_BYTES = 22
const END64_BYTES = 56
const LOCATOR64_BYTES = 20
/** A record without name, extra fields and comment. */
export const CENTRAL_BYTES = 46
/** The end record has a comment of at most so many bytes behind it. */
const MOST_COMMENT_BYTES = 65_535
const EXTRA_64 = 0x0001
const MAX_16 = 0xffff
const MAX_32 = 0xffffffff
/** No record of the directory is longer. */
export const MOST_RECORD_BYTES = CENTRAL_BYTES + 3 * 65_535

/** Makes the error of what is wrong at a byte of an archive. */
export function damageAt(path: string, offset: number, problem: string): InputError {
  return new InputError(`Cannot use "${path}" at byte ${offset}: ${problem}`, path)
}

/** Finds the directory. @param bytes Size of the archive. @throws InputError */
export async function findDirectory(path: string, bytes: number, read: ReadAt): Promise<Directory> {
  const tailFrom = Math.max(0, bytes - END_BYTES - MOST_COMMENT_BYTES)
  const tail = await read(tailFrom, bytes - tailFrom)
  let at = tail.length - END_BYTES
  while (at >= 0 && !isEnd(tail, at)) at -= 1
  if (at < 0) throw damageAt(path, bytes, 'it does not end as a ZIP archive does')
  const end = tailFrom + at
  const isSplit = tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0
  let entries = tail.readUInt16LE(at + 10)
  let length = tail.readUInt32LE(at + 12)
  let from = tail.readUInt32LE(at + 16)
  let to = end
  if (isSplit && tail.readUInt16LE(at + 4) !== MAX_16) throw damageAt(path, end, 'it has several parts')
  if (entries === MAX_16 || length === MAX_32 || from === MAX_32) {
    const found = await findEnd64(path, end, read)
    if (found !== null) ({ entries, length, from, to } = found)
  }
  if (from + length !== to)
    throw damageAt(path, end, `its directory must end where its end begins: found ${from + length}`)
  if (length < entries * CENTRAL_BYTES)
    throw damageAt(path, from, `its directory cannot have ${entries} entries in ${length} bytes`)
  return { from, to, entries }
}

function isEnd(tail: Buffer, at: number): boolean {
  return (
    tail.readUInt32LE(at) === END_SIGNATURE && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length
  )
}

async function findEnd64(path: string, end: number, read: ReadAt) {
  const at = end - LOCATOR64_BYTES
  if (at < 0) return null
  const locator = await read(at, LOCATOR64_BYTES)
  if (locator.length < LOCATOR64_BYTES || locator.readUInt32LE(0) !== LOCATOR64_SIGNATURE) return null
  const to = countAt(path, locator, 8, at)
  const record = to + END64_BYTES > at ? Buffer.alloc(0) : await read(to, END64_BYTES)
  if (record.length < END64_BYTES || record.readUInt32LE(0) !== END64_SIGNATURE)
    throw damageAt(path, at + 8, `the end of ZIP64 must be at byte ${to}: found none`)
  return {
    entries: countAt(path, record, 32, to),
    length: countAt(path, record, 40, to),
    from: countAt(path, record, 48, to),
    to,
  }
}

/** Length of the record that begins with `head`, which has {@link CENTRAL_BYTES}. */
export function recordBytesOf(head: Buffer): number {
  if (head.length < CENTRAL_BYTES) return CENTRAL_BYTES
  return CENTRAL_BYTES + head.readUInt16LE(28) + head.readUInt16LE(30) + head.readUInt16LE(32)
}

/** Reads the record at `bytes[from]`, which is at byte `at` of the archive. @throws InputError */
export function readRecord(path: string, bytes: Buffer, from: number, at: number): ZipRecord {
  if (bytes.length - from < CENTRAL_BYTES || bytes.readUInt32LE(from) !== CENTRAL_SIGNATURE)
    throw damageAt(path, at, 'a record of the directory must be here: found none')
  const nameBytes = bytes.readUInt16LE(from + 28)
  const extraBytes = bytes.readUInt16LE(from + 30)
  const recordBytes = recordBytesOf(bytes.subarray(from))
  if (bytes.length - from < recordBytes) throw damageAt(path, at, 'a record leads out of the directory')
  const nameFrom = from + CENTRAL_BYTES
  const extraFrom = nameFrom + nameBytes
  const short = [bytes.readUInt32LE(from + 24), bytes.readUInt32LE(from + 20), bytes.readUInt32LE(from + 42)]
  const extra = short.includes(MAX_32) ? extra64(bytes, extraFrom, extraFrom + extraBytes) : null
  let used = 0
  const [size, stored, offset] = short.map((value) => {
    if (value !== MAX_32 || extra === null) return value
    if (used + 8 > extra.length) throw damageAt(path, at, 'a record lacks its numbers of ZIP64')
    used += 8
    return countAt(path, extra, used - 8, at)
  }) as [number, number, number]
  return {
    at,
    recordBytes,
    name: bytes.subarray(nameFrom, nameFrom + nameBytes),
    flags: bytes.readUInt16LE(from + 8),
    method: bytes.readUInt16LE(from + 10),
    crc: bytes.readUInt32LE(from + 16),
    stored,
    size,
    offset,
  }
}

function extra64(bytes: Buffer, from: number, to: number): Buffer | null {
  for (let at = from; at + 4 <= to; ) {
    const end = at + 4 + bytes.readUInt16LE(at + 2)
    if (end > to) return null
    if (bytes.readUInt16LE(at) === EXTRA_64) return bytes.subarray(at + 4, end)
    at = end
  }
  return null
}

function countAt(path: string, bytes: Buffer, from: number, at: number): number {
  const count = Number(bytes.readBigUInt64LE(from))
  if (!Number.isSafeInteger(count)) throw damageAt(path, at, 'a number is impossibly large')
  return count
}
