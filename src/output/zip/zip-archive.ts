import { once } from 'node:events'
import { promisify } from 'node:util'
import { createDeflateRaw, deflateRaw } from 'node:zlib'
import { OutputError } from '../../errors.js'
import { WholeFile } from '../../whole-file.js'
import { FdBudget } from '../files/fd-budget.js'
import { FileSlots } from '../files/file-slots.js'
import { outputFailure } from '../output-failure.js'
import { mergeToRecords, type RecordOutput } from '../runs/run-outputs.js'
import { SortedRuns } from '../runs/sorted-runs.js'
import { SpoolReader } from './spool-reader.js'
import { ZipEntry } from './zip-entry.js'
import { endRecords, MAX_RECORD_BYTES, Method, ZipHeader } from './zip-format.js'
import type { ZipPart } from './zip-spool.js'

const BLOCK_BYTES = 1024 * 1024
/** Up to this size an entry is compressed in one piece, several at once. */
const WHOLE_BYTES = 1024 * 1024
/** A larger entry is compressed in steps of this size, so that its bytes do not depend on how it was spooled. */
const STEP_BYTES = 64 * 1024
const AT_ONCE = 8
/** The number of an entry, before its record for the directory: the entries of one connection keep their order. */
const ORDER_BYTES = 6
const deflated = promisify(deflateRaw)

/** Writes the ZIP archive from what the workers have spooled. Its entries come in their order, as records of runs. */
export class ZipArchive implements RecordOutput {
  readonly #path: string
  readonly #level: number
  readonly #folder: string
  readonly #file: WholeFile
  readonly #spools: SpoolReader[] = []
  readonly #directory: SortedRuns
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES)
  readonly #header = new ZipHeader()
  readonly #record = Buffer.allocUnsafe(ORDER_BYTES + MAX_RECORD_BYTES)
  #used = 0
  #offset = 0
  #entries = 0
  #waiting: ZipEntry[] = []

  /**
   * @param level  0: entries are stored; 1 to 9: deflated, where that makes them smaller.
   * @param folder The run's temporary folder.
   * @throws OutputError
   */
  constructor(path: string, level: number, parts: readonly ZipPart[], folder: string) {
    this.#path = path
    this.#level = level
    this.#folder = folder
    for (const { worker, spool } of parts) this.#spools[worker] = new SpoolReader(spool)
    const slots = new FileSlots(new FdBudget(FdBudget.allocate(1, 1)))
    this.#directory = new SortedRuns(slots, folder, 'zip-directory')
    this.#file = this.#attempt(() => new WholeFile(path))
  }

  add(bytes: Buffer, from: number, to: number): void {
    if (this.#level === 0) this.#store(new ZipEntry(bytes, from, to))
    else this.#waiting.push(new ZipEntry(Buffer.from(bytes.subarray(from, to)), 0, to - from)) // owned copy
  }

  async flush(): Promise<void> {
    const entries = this.#waiting
    this.#waiting = []
    await this.#deflate(entries)
  }

  async finish(): Promise<void> {
    await this.flush()
    const from = this.#offset
    const directory = new Directory((bytes, from, to) => this.#put(bytes, from, to))
    const [error] = await mergeToRecords(this.#directory.finish(), this.#folder, directory)
    if (error !== undefined) throw error
    const end = endRecords(directory.count, this.#offset - from, from)
    this.#put(end, 0, end.length)
    this.#writeBlock()
    this.#attempt(() => this.#file.publish())
    this.#closeSpools()
  }

  abandon(): void {
    this.#file.abandon()
    this.#closeSpools()
  }

  #store(entry: ZipEntry): void {
    this.#header.set(entry, Method.STORED, entry.size)
    this.#begin(entry)
    this.#read(entry, (bytes, from, to) => this.#put(bytes, from, to))
  }

  async #deflate(entries: readonly ZipEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; ) {
      const group = entries.slice(at, at + AT_ONCE)
      const large = group.findIndex(({ size }) => size > WHOLE_BYTES)
      if (large === 0) await this.#deflateLarge(group[0]!)
      else await this.#deflateSmall(large < 0 ? group : group.slice(0, large))
      at += large === 0 ? 1 : large < 0 ? group.length : large
    }
  }

  async #deflateSmall(entries: readonly ZipEntry[]): Promise<void> {
    const contents = entries.map((entry) => this.#contentOf(entry))
    const results = await Promise.all(contents.map((content) => deflated(content, { level: this.#level })))
    for (const [i, entry] of entries.entries()) {
      const isSmaller = results[i]!.length < entry.size
      const data = isSmaller ? results[i]! : contents[i]!
      this.#header.set(entry, isSmaller ? Method.DEFLATED : Method.STORED, data.length)
      this.#begin(entry)
      this.#put(data, 0, data.length)
    }
  }

  // Its compressed size is known at the end only, and stands behind the data.
  async #deflateLarge(entry: ZipEntry): Promise<void> {
    const headerAt = this.#offset
    const header = this.#header
    header.set(entry, Method.DEFLATED_LARGE, 0)
    this.#put(this.#record, 0, header.writeLocal(this.#record))
    const dataAt = this.#offset
    const stream = createDeflateRaw({ level: this.#level })
    stream.on('data', (part: Buffer) => {
      try {
        this.#put(part, 0, part.length)
      } catch (error) {
        stream.destroy(error as Error)
      }
    })
    const ended = once(stream, 'end')
    ended.catch(() => {}) // whoever waits for the stream gets its error
    const steps: Buffer[] = []
    let step = Buffer.allocUnsafe(STEP_BYTES)
    let used = 0
    for (const { bytes, from, to } of this.#partsOf(entry)) {
      for (let at = from; at < to; ) {
        const count = bytes.copy(step, used, at, to)
        used += count
        at += count
        if (used < STEP_BYTES) continue
        steps.push(step)
        step = Buffer.allocUnsafe(STEP_BYTES) // the stream keeps the one before
        used = 0
      }
      for (const whole of steps.splice(0)) if (!stream.write(whole)) await once(stream, 'drain')
    }
    stream.end(step.subarray(0, used))
    await ended
    header.setStored(this.#offset - dataAt)
    this.#put(this.#record, 0, header.writeDescriptor(this.#record))
    this.#note(entry, headerAt)
  }

  // Writes the header that is set, and notes its record for the directory.
  #begin(entry: ZipEntry): void {
    this.#note(entry, this.#offset)
    this.#put(this.#record, 0, this.#header.writeLocal(this.#record))
  }

  #note(entry: ZipEntry, offset: number): void {
    const record = this.#record.subarray(ORDER_BYTES)
    const length = ORDER_BYTES + this.#header.writeCentral(record, offset)
    this.#record.writeUIntBE(this.#entries, 0, ORDER_BYTES)
    this.#entries += 1
    this.#directory.add(entry.sec, entry.nsec, entry.uid, this.#record, length)
  }

  #contentOf(entry: ZipEntry): Buffer {
    const content = Buffer.allocUnsafe(entry.size)
    let used = 0
    this.#read(entry, (bytes, from, to) => {
      used += bytes.copy(content, used, from, to)
    })
    return content
  }

  #read(entry: ZipEntry, take: (bytes: Buffer, from: number, to: number) => void): void {
    const spool = this.#spools[entry.worker]!
    for (let i = 0; i < entry.pieces; i++) spool.read(entry.position(i), entry.length(i), take)
  }

  *#partsOf(entry: ZipEntry): Generator<{ bytes: Buffer; from: number; to: number }> {
    const spool = this.#spools[entry.worker]!
    for (let i = 0; i < entry.pieces; i++) yield* spool.parts(entry.position(i), entry.length(i))
  }

  #put(bytes: Buffer, from: number, to: number): void {
    const count = to - from
    this.#offset += count
    if (count > BLOCK_BYTES - this.#used) this.#writeBlock()
    if (count > BLOCK_BYTES) this.#attempt(() => this.#file.append(bytes.subarray(from, to)))
    else this.#used += bytes.copy(this.#block, this.#used, from, to)
  }

  #writeBlock(): void {
    if (this.#used > 0) this.#attempt(() => this.#file.append(this.#block.subarray(0, this.#used)))
    this.#used = 0
  }

  #closeSpools(): void {
    for (const spool of this.#spools) spool?.close()
  }

  #attempt<T>(action: () => T): T {
    try {
      return action()
    } catch (error) {
      throw error instanceof OutputError ? error : outputFailure(this.#path, error)
    }
  }
}

/** Takes the records of the central directory, which come in the order of connections. */
class Directory implements RecordOutput {
  readonly #put: (bytes: Buffer, from: number, to: number) => void
  count = 0

  constructor(put: (bytes: Buffer, from: number, to: number) => void) {
    this.#put = put
  }

  add(bytes: Buffer, from: number, to: number): void {
    this.#put(bytes, from + ORDER_BYTES, to)
    this.count += 1
  }

  async flush(): Promise<void> {}

  async finish(): Promise<void> {}

  abandon(): void {}
}
