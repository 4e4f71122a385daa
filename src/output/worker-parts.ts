import { crc32 } from 'node:zlib'
import type { PageArena } from '../bytes/page-arena.js'
import type { Config } from '../config/config.js'
import type { ConnectionSink } from '../flow/connection-sink.js'
import type { ConnectionTable } from '../flow/connection-table.js'
import type { ConsoleTarget } from './console/console-block.js'
import type { FdBudget } from './files/fd-budget.js'
import { FileNames } from './files/file-names.js'
import { FileSlots } from './files/file-slots.js'
import type { FileStore } from './files/file-store.js'
import { MadeFiles } from './files/made-files.js'
import { NewFiles } from './files/new-files.js'
import { OpenFiles } from './files/open-files.js'
import type { EncapReader } from './index/finished-connection.js'
import type { CaptureStart } from './output.js'
import { blankOutputTotals, type OutputTotals } from './output-totals.js'
import type { PacketPlaces } from './packet-places.js'
import type { Selection } from './selection.js'
import { UidMaker } from './uid.js'
import { type EntryOf, SpooledFiles } from './zip/spooled-files.js'
import { ZipSpool } from './zip/zip-spool.js'

/** What a worker has for its outputs. */
export interface WorkerResources {
  readonly config: Config
  readonly table: ConnectionTable
  readonly encaps: EncapReader
  /** The worker's number. It is part of the names of files in `tempFolder`, which the run's workers share. */
  readonly number: number
  readonly tempFolder: string
  readonly pages: PageArena
  readonly fdBudget: FdBudget
  /** Takes payload for the console; null: none is shown. */
  readonly console: ConsoleTarget | null
  /** `device:inode` of inputs, which no file may replace. */
  readonly inputFiles: ReadonlySet<string>
  readonly places: PacketPlaces
  /** The connections that are written; null: all. */
  readonly selection?: Selection | null
}

/** Files with the payload of sides come before. */
const WHOLE_KIND = 2

/**
 * Writes the file of a connection with the content `bytes[0, length)`. @param suffix Behind the connection's name.
 *
 * @throws OutputError
 */
export type WriteWhole = (connection: number, suffix: string, bytes: Uint8Array, length: number) => void

/** Path of the file of a connection's side below the output folder; null: there is none. */
export type FileOf = (connection: number, side: number) => string | null

/** What the outputs of one worker share. Names and uids cost time for each connection, so they exist only when an output asks for them. */
export class WorkerParts {
  // Invariant: #names and #uids are set before `seal()` or never.
  readonly table: ConnectionTable
  readonly encaps: EncapReader
  readonly number: number
  readonly tempFolder: string
  readonly pages: PageArena
  readonly console: ConsoleTarget | null
  readonly places: PacketPlaces
  readonly totals = blankOutputTotals()
  /** Makes the files of all outputs, within `-f`. */
  readonly files: NewFiles
  /** Set by the output that writes connection files; index and hand-over use it. */
  fileOf: FileOf = () => null
  /** Takes all files as entries of an archive; null: they are files. */
  readonly zip: ZipSpool | null
  readonly #config: Config
  readonly #madeFiles: MadeFiles | null
  #names: FileNames | null = null
  #uids: UidMaker | null = null
  #isSealed = false
  #folderBelow = ''

  constructor(resources: WorkerResources) {
    const { config } = resources
    this.#config = config
    this.table = resources.table
    this.encaps = resources.encaps
    this.number = resources.number
    this.tempFolder = resources.tempFolder
    this.pages = resources.pages
    this.console = resources.console
    this.places = resources.places
    this.#madeFiles = config.resume ? new MadeFiles(resources.number) : null
    this.files = new NewFiles(
      new FileSlots(resources.fdBudget),
      config.force,
      this.totals,
      resources.inputFiles,
      this.#madeFiles,
    )
    const { slots } = this.files
    this.zip =
      config.zipFile === null
        ? null
        : new ZipSpool(this.table, this.uids, slots, this.totals, this.tempFolder, this.number)
  }

  /** Where the files of an output go. */
  storeOf(entryOf: EntryOf): FileStore {
    if (this.zip !== null) return new SpooledFiles(this.zip, entryOf)
    return new OpenFiles(this.files, entryOf.path)
  }

  /** Writes files that are made at once. An output asks for it in `Output.open()`. */
  wholeFiles(): WriteWhole {
    const { files, names, zip } = this
    if (zip === null) {
      return (connection, suffix, bytes, length) =>
        files.writeWhole(names.path(connection, suffix), bytes, 0, length)
    }
    return (connection, suffix, bytes, length) => {
      const name = this.#folderBelow + names.baseName(connection, 0) + suffix
      const position = zip.append(bytes, 0, length)
      zip.add(connection, WHOLE_KIND, name, crc32(bytes.subarray(0, length)), length, position, length, [])
    }
  }

  /** Names of connections. An output asks for them in `Output.open()`. */
  get names(): FileNames {
    this.#names ??= this.#made(new FileNames(this.table, this.#config))
    return this.#names
  }

  /** Uids of connections. An output asks for them in `Output.open()`. */
  get uids(): UidMaker {
    this.#uids ??= this.#made(new UidMaker(this.table, this.#config.limits.rememberedPackets))
    return this.#uids
  }

  /** Says that all outputs are open. @returns The sinks that must learn of new connections before the outputs do. */
  seal(): readonly Pick<ConnectionSink, 'opened'>[] {
    this.#isSealed = true
    return [this.#names, this.#uids].filter((maker) => maker !== null)
  }

  startCapture({ folder, folderBelow, name, packetsBefore, runsFolder }: CaptureStart): void {
    this.#folderBelow = folderBelow
    this.#madeFiles?.startCapture(runsFolder === null ? null : folder)
    this.files.startCapture(folder)
    this.#names?.startCapture(folder, packetsBefore)
    this.#uids?.startCapture(name, packetsBefore)
  }

  /** See `Ordinals.sweep()`. */
  sweep(sec: number, packets: number): void {
    this.#names?.sweep(sec, packets)
    this.#uids?.sweep(sec, packets)
  }

  /** The totals, with the counts of names and uids. */
  get countedTotals(): OutputTotals {
    this.totals.limits.remembered_packets = Math.max(this.#names?.limitHits ?? 0, this.#uids?.limitHits ?? 0)
    return this.totals
  }

  finish(): void {
    this.#madeFiles?.close()
  }

  #made<T>(maker: T): T {
    if (this.#isSealed) throw new Error('bug: names and uids must be asked for before the first connection')
    return maker
  }
}
