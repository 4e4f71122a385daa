import fs from 'node:fs'
import { join } from 'node:path'
import { systemPath } from '../../system-path.js'
import type { FileSlots } from '../files/file-slots.js'
import { runFileFailure } from '../output-failure.js'
import type { OutputTotals } from '../output-totals.js'
import { SortedRuns } from '../runs/sorted-runs.js'
import { UID_LENGTH, type UidMaker } from '../uid.js'
import { EntryWriter } from './zip-entry.js'

const BLOCK_BYTES = 1024 * 1024
/** More than there are places, so that all have as many digits. */
const PLACES = 2 ** 52

/** Number and time of the first packets of connections. */
export interface FirstPackets {
  readonly firstNumber: ArrayLike<number>
  readonly firstSec: ArrayLike<number>
  readonly firstNsec: ArrayLike<number>
}

/** What a worker leaves of its entries. Plain data. */
export interface ZipPart {
  readonly worker: number
  /** Path of the file with the content of its entries. */
  readonly spool: string
  /** Sorted runs of its entries. */
  readonly runs: readonly string[]
}

/**
 * The entries of a ZIP archive that come from one worker. Their content goes to one file, in pieces in the order in which they
 * come; each entry is noted when it is complete, at its place in the archive: the event that has ended its connection, then
 * the connection's first packet.
 */
export class ZipSpool {
  /** Number of the packet or event that the worker is at. */
  eventNumber = 0
  readonly #table: FirstPackets
  readonly #uids: Pick<UidMaker, 'uid'>
  readonly #totals: OutputTotals
  readonly #worker: number
  readonly #path: string
  readonly #entry = new EntryWriter()
  readonly #runs: SortedRuns
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES)
  #used = 0
  #written = 0
  #descriptor: number | null = null

  constructor(
    table: FirstPackets,
    uids: Pick<UidMaker, 'uid'>,
    slots: FileSlots,
    totals: OutputTotals,
    folder: string,
    worker: number,
  ) {
    this.#table = table
    this.#uids = uids
    this.#totals = totals
    this.#worker = worker
    this.#path = join(folder, `zip-${worker}`)
    this.#runs = new SortedRuns(slots, folder, `zip-entries-${worker}`)
  }

  /** Appends `bytes[from, to)`. @returns Where they stand in the spool. @throws OutputError */
  append(bytes: Uint8Array, from: number, to: number): number {
    const position = this.#written + this.#used
    if (to - from > BLOCK_BYTES - this.#used) this.#writeBlock()
    if (to - from > BLOCK_BYTES) this.#write(bytes.subarray(from, to))
    else {
      this.#block.set(bytes.subarray(from, to), this.#used)
      this.#used += to - from
    }
    this.#totals.bytesWritten += to - from
    return position
  }

  /**
   * Notes an entry whose content is complete.
   *
   * @param kind     Its place among those of the connection, from 0 to 9.
   * @param name     Its name, with `/`.
   * @param crc      CRC-32 of the content, which has `size` bytes.
   * @param position Where its first piece stands; that has `length` bytes.
   * @param more     Position and length of each piece after that.
   */
  add(
    connection: number,
    kind: number,
    name: string,
    crc: number,
    size: number,
    position: number,
    length: number,
    more: readonly number[],
  ): void {
    const { firstNumber, firstSec, firstNsec } = this.#table
    const entry = this.#entry
    entry.begin(this.#worker, this.#uids.uid(connection), firstSec[connection]!, firstNsec[connection]!)
    entry.end(name, crc, size, position, length, more)
    this.#totals.files += 1
    // Places are compared as text of one length.
    const place = String(PLACES + 10 * firstNumber[connection]! + kind).padStart(UID_LENGTH)
    this.#runs.add(this.eventNumber, 0, place, entry.bytes, entry.length)
  }

  /** All entries are complete. @throws OutputError */
  finish(): ZipPart {
    this.#writeBlock()
    if (this.#descriptor !== null) fs.closeSync(this.#descriptor)
    this.#descriptor = null
    return { worker: this.#worker, spool: this.#path, runs: this.#runs.finish() }
  }

  #writeBlock(): void {
    if (this.#used > 0) this.#write(this.#block.subarray(0, this.#used))
    this.#used = 0
  }

  #write(bytes: Uint8Array): void {
    try {
      this.#descriptor ??= fs.openSync(systemPath(this.#path), 'wx', 0o600)
      fs.writeFileSync(this.#descriptor, bytes)
      this.#written += bytes.length
    } catch (error) {
      throw runFileFailure(this.#path, error)
    }
  }
}
