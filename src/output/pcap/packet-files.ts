import { dirname, join, sep } from 'node:path'
import { PageArena } from '../../bytes/page-arena.js'
import { SharedMemory } from '../../bytes/shared-memory.js'
import type { CapturedPacket } from '../../capture/captured-packet.js'
import type { FdBudget } from '../files/fd-budget.js'
import { FileSlots } from '../files/file-slots.js'
import type { FileStore } from '../files/file-store.js'
import { FileWriter } from '../files/file-writer.js'
import { NewFiles } from '../files/new-files.js'
import { OpenFiles } from '../files/open-files.js'
import { makeOutputFolder } from '../make-output-folder.js'
import type { OutputTotals } from '../output-totals.js'
import { SpooledFiles } from '../zip/spooled-files.js'
import { type ZipPart, ZipSpool } from '../zip/zip-spool.js'
import { type PacketOrigin, PcapngOutput } from './pcapng-output.js'
import type { PacketFileFacts } from './row-format.js'

const PAGE_BYTES = 64 * 1024 * 1024
/** Of the entries of a connection in a ZIP archive, behind payload and metadata. */
const KIND = 3

/** Where files of packets go. */
export interface PacketFilesSetup {
  readonly folder: string
  readonly isForced: boolean
  readonly inputFiles: ReadonlySet<string>
  readonly fdBudget: FdBudget
  readonly totals: OutputTotals
  readonly tempFolder: string
  /** The files are entries of a ZIP archive, as those of a worker with this number; null: they are files. */
  readonly zipWorker: number | null
}

/** Writes the files of packets: each is open from its first packet to its last one. */
export class PacketFiles {
  // Invariant: a file is the number of its place in #facts and the columns; those in #free are of none.
  readonly #writer: FileWriter
  readonly #zip: ZipSpool | null
  readonly #facts: PacketFileFacts[] = []
  readonly #outputs: PcapngOutput[] = []
  readonly #free: number[] = []
  readonly #folder: string
  readonly #folders = new Set<string>()
  // What a ZIP archive wants to know of a connection.
  readonly #firstNumber: number[] = []
  readonly #firstSec: number[] = []
  readonly #firstNsec: number[] = []

  constructor({ folder, isForced, inputFiles, fdBudget, totals, tempFolder, zipWorker }: PacketFilesSetup) {
    this.#folder = folder
    const slots = new FileSlots(fdBudget)
    const files = new NewFiles(slots, isForced, totals, inputFiles)
    const facts = { firstNumber: this.#firstNumber, firstSec: this.#firstSec, firstNsec: this.#firstNsec }
    const uids = { uid: (file: number) => this.#facts[file]!.uid }
    const name = (file: number) => this.#facts[file]!.name
    this.#zip = zipWorker === null ? null : new ZipSpool(facts, uids, slots, totals, tempFolder, zipWorker)
    const store: FileStore =
      this.#zip === null
        ? new OpenFiles(files, (file) => this.#pathOf(name(file)))
        : new SpooledFiles(this.#zip, { path: name, name, connection: (file) => file, kind: () => KIND })
    const memory = new SharedMemory(SharedMemory.allocate(PAGE_BYTES))
    this.#writer = new FileWriter(store, new PageArena(memory, 0, PAGE_BYTES))
  }

  /** Begins a file. @returns Its number. @throws OutputError */
  begin(facts: PacketFileFacts): number {
    this.#makeFolder(facts.name)
    const file = this.#free.pop() ?? this.#facts.length
    this.#facts[file] = facts
    this.#outputs[file] = new PcapngOutput()
    this.#firstNumber[file] = facts.key
    this.#firstSec[file] = facts.sec
    this.#firstNsec[file] = facts.nsec
    return file
  }

  #makeFolder(name: string): void {
    if (this.#zip !== null) return
    const path = dirname(this.#pathOf(name))
    if (!this.#folders.has(path)) makeOutputFolder(path)
    this.#folders.add(path)
  }

  #pathOf(name: string): string {
    return join(this.#folder, name.replaceAll('/', sep))
  }

  /** @throws OutputError */
  add(file: number, bytes: Uint8Array, packet: CapturedPacket, origin: PacketOrigin): void {
    for (const block of this.#outputs[file]!.packet(bytes, packet, origin))
      this.#writer.append(file, block, 0, block.length)
  }

  /** Completes a file. @throws OutputError */
  end(file: number): void {
    if (this.#zip !== null) this.#zip.eventNumber = this.#facts[file]!.event
    this.#writer.complete(file)
    this.#writer.release(file)
    this.#free.push(file)
  }

  /** Writes what is left. @returns The entries of a ZIP archive; null: there is none. @throws OutputError */
  finish(): ZipPart | null {
    this.#writer.finish()
    return this.#zip?.finish() ?? null
  }
}
