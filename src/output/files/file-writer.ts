import { grown, grownRows } from '../../bytes/grown.js'
import { NumberedList } from '../../bytes/numbered-list.js'
import { LARGEST_CLASS, NO_PAGE, type PageArena } from '../../bytes/page-arena.js'
import type { FileStore } from './file-store.js'

const INITIAL_CAPACITY = 256

/**
 * Collects the bytes of many files in the arena's pages and writes them in large pieces, so that a small file costs one
 * open, one write and one close. The content of files never depends on when that happens.
 *
 * A file is a small integer, see {@link FileStore}.
 */
export class FileWriter {
  // Invariants:
  // - #pages[file] is the number of the file's page plus 1, or 0 without a page. Exactly the files with a page are in
  //   #buffered, the one that has waited longest first.
  // - the page holds #lengths[file] bytes for offset #fileOffsets[file] of the file.
  readonly #files: FileStore
  readonly #arena: PageArena
  readonly #buffered = new NumberedList()
  readonly #zeros: Uint8Array
  #pages = new Int32Array(INITIAL_CAPACITY)
  #sizeClasses = new Uint8Array(INITIAL_CAPACITY)
  #lengths = new Int32Array(INITIAL_CAPACITY)
  #fileOffsets = new Float64Array(INITIAL_CAPACITY)
  /** 1 if bytes before the file's offset were skipped and nothing was written after them. */
  #endsInHole = new Uint8Array(INITIAL_CAPACITY)
  #used = 0

  constructor(files: FileStore, arena: PageArena) {
    this.#files = files
    this.#arena = arena
    this.#zeros = new Uint8Array(arena.pageBytes(LARGEST_CLASS) / 2)
  }

  /**
   * Appends `bytes[from, to)`. The bytes are copied or written before the call returns.
   *
   * @throws OutputError
   */
  append(file: number, bytes: Uint8Array, from: number, to: number): void {
    if (file >= this.#used) this.#use(file)
    if (this.#pages[file] === 0) {
      if (to - from >= this.#arena.pageBytes(LARGEST_CLASS)) {
        this.#write(file, bytes, from, to)
        return
      }
      this.#takePage(file, to - from)
    }
    for (;;) {
      const length = this.#lengths[file]!
      const room = this.#arena.pageBytes(this.#sizeClasses[file]!) - length
      const take = Math.min(room, to - from)
      if (take < to - from && this.#tryGrowPage(file, length + to - from)) continue
      if (take > 0) {
        const page = this.#pages[file]! - 1
        this.#arena.memory.copy(bytes, from, from + take, this.#arena.positionOf(page) + length)
        this.#lengths[file] = length + take
        from += take
      }
      if (from === to) return
      this.#writePage(file)
      this.#buffered.pushLast(file)
    }
  }

  /**
   * Appends `count` zero bytes. Many zeros become a hole in the file (sparse) instead of being written.
   *
   * @throws OutputError
   */
  appendZeros(file: number, count: number): void {
    if (file >= this.#used) this.#use(file)
    if (count <= this.#zeros.length) {
      this.append(file, this.#zeros, 0, count)
      return
    }
    this.#writePage(file)
    this.#fileOffsets[file] = this.#fileOffsets[file]! + count
    this.#endsInHole[file] = 1
  }

  /** Writes the buffered bytes of all files. @throws OutputError */
  flush(): void {
    while (this.#buffered.first !== -1) this.#flush(this.#buffered.first)
  }

  /** Writes the buffered bytes and closes the file. More may be appended later. @throws OutputError */
  close(file: number): void {
    if (file >= this.#used) return
    this.#flush(file)
    if (this.#endsInHole[file] === 1) {
      this.#files.setLength(file, this.#fileOffsets[file]!)
      this.#endsInHole[file] = 0
    }
    this.#files.close(file)
  }

  /** Closes the file: nothing more is ever appended. @throws OutputError */
  complete(file: number): void {
    if (file >= this.#used) return
    this.close(file)
    this.#files.complete(file)
  }

  /** Closes the file and frees its number for another file. @throws OutputError */
  release(file: number): void {
    if (file >= this.#used) return
    this.close(file)
    this.#fileOffsets[file] = 0
    this.#files.forget(file)
  }

  /** True when the file could not be written, so that it is missing or incomplete. */
  isGivenUp(file: number): boolean {
    return this.#files.isGivenUp(file)
  }

  /** Closes all files, even if some fail. @throws The first OutputError. */
  finish(): void {
    let failure: unknown = null
    for (let file = 0; file < this.#used; file++) {
      try {
        this.close(file)
      } catch (error) {
        failure ??= error
      }
    }
    if (failure !== null) throw failure
  }

  // Gives the file a page, if possible for `bytes` bytes. Writes out other files when no memory is left.
  #takePage(file: number, bytes: number): void {
    const wanted = this.#arena.classFor(bytes)
    for (;;) {
      for (let i = 0; i <= LARGEST_CLASS; i++) {
        // Try the wanted class, then smaller classes, then larger ones.
        const sizeClass = i <= wanted ? wanted - i : i
        const page = this.#arena.tryAllocate(sizeClass)
        if (page === NO_PAGE) continue
        this.#pages[file] = page + 1
        this.#sizeClasses[file] = sizeClass
        this.#lengths[file] = 0
        this.#buffered.pushLast(file)
        return
      }
      this.#flush(this.#buffered.first)
    }
  }

  // Moves the file's bytes to a larger page, if possible one for `bytes` bytes. To get it, writes out the oldest other
  // pages, but no more than one largest page holds. If that is not enough, the page stays.
  #tryGrowPage(file: number, bytes: number): boolean {
    const sizeClass = this.#sizeClasses[file]!
    if (sizeClass === LARGEST_CLASS) return false
    const wanted = Math.max(sizeClass + 1, this.#arena.classFor(bytes))
    for (let spentBytes = 0; ; ) {
      for (let larger = wanted; larger > sizeClass; larger--) {
        const page = this.#arena.tryAllocate(larger)
        if (page === NO_PAGE) continue
        this.#moveTo(file, page, larger)
        return true
      }
      const oldest = this.#buffered.first
      if (oldest === file || spentBytes >= this.#arena.pageBytes(LARGEST_CLASS)) return false
      spentBytes += this.#arena.pageBytes(this.#sizeClasses[oldest]!)
      this.#flush(oldest)
    }
  }

  #moveTo(file: number, page: number, sizeClass: number): void {
    const old = this.#pages[file]! - 1
    const from = this.#arena.positionOf(old)
    const { memory } = this.#arena
    memory.copy(memory.bytes, from, from + this.#lengths[file]!, this.#arena.positionOf(page))
    this.#arena.free(old, this.#sizeClasses[file]!)
    this.#pages[file] = page + 1
    this.#sizeClasses[file] = sizeClass
  }

  // Writes the file's page and frees it.
  #flush(file: number): void {
    if (this.#pages[file] === 0) return
    this.#writePage(file)
    this.#arena.free(this.#pages[file]! - 1, this.#sizeClasses[file]!)
    this.#pages[file] = 0
    this.#buffered.remove(file)
  }

  // Writes the file's page and keeps it.
  #writePage(file: number): void {
    const length = this.#lengths[file]!
    if (this.#pages[file] === 0 || length === 0) return
    const page = this.#pages[file]! - 1
    const from = this.#arena.positionOf(page)
    this.#write(file, this.#arena.memory.bytes, from, from + length)
    this.#lengths[file] = 0
  }

  #write(file: number, bytes: Uint8Array, from: number, to: number): void {
    this.#files.write(file, bytes, from, to, this.#fileOffsets[file]!)
    this.#fileOffsets[file] = this.#fileOffsets[file]! + to - from
    this.#endsInHole[file] = 0
  }

  #use(file: number): void {
    if (file >= this.#pages.length) {
      const rows = grownRows(this.#pages.length, file + 1)
      this.#pages = grown(this.#pages, rows)
      this.#sizeClasses = grown(this.#sizeClasses, rows)
      this.#lengths = grown(this.#lengths, rows)
      this.#fileOffsets = grown(this.#fileOffsets, rows)
      this.#endsInHole = grown(this.#endsInHole, rows)
    }
    this.#used = file + 1
  }
}
