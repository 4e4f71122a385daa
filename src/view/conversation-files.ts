import type { ChunkSource, StoredChunk } from './chunks/chunk-source.js'
import { FileReader, type OpenedFile } from './chunks/file-reader.js'
import { HeaderChunks, hasChunkHeaders } from './chunks/header-chunks.js'
import { JsonChunks } from './chunks/json-chunks.js'
import { MergedChunks } from './chunks/merged-chunks.js'
import { PlainChunks } from './chunks/plain-chunks.js'
import type { ChunkStyle, Side } from './view-data.js'

/** Reads chunks from one file, or from one file per side. */
export interface ConversationSource {
  next(): Promise<StoredChunk | null>
  /** Positions of the next chunks: in the files of the two sides, or, in the first number, in the only file. */
  readonly positions: readonly [number, number]
}

/** What has the files of connections. */
export interface Files {
  /** @param path As an index has it. @throws InputError */
  openFile(path: string): Promise<OpenedFile>
}

/** The open files of one connection. */
export class ConversationFiles {
  readonly #files: readonly FileReader[]
  /** True when each side has its own file (`-s`). */
  readonly isSeparate: boolean
  readonly style: ChunkStyle
  /** What they lack of the connection, each one sentence. */
  readonly problems: readonly string[]
  /** The side of each file in `#files`. */
  readonly #sides: readonly Side[]

  private constructor(
    files: readonly FileReader[],
    sides: readonly Side[],
    isSeparate: boolean,
    style: ChunkStyle,
    problems: readonly string[],
  ) {
    this.problems = problems
    this.#files = files
    this.#sides = sides
    this.isSeparate = isSeparate
    this.style = style
  }

  /**
   * @param record An index record. Its values are untrusted.
   * @returns Null when the connection has no file.
   * @throws InputError when a file cannot be read or is not among those of the run.
   */
  static async open(
    folder: Files,
    record: Readonly<Record<string, unknown>>,
    problems: readonly string[] = [],
  ): Promise<ConversationFiles | null> {
    const paths = [record.orig_file, record.resp_file]
    const isSeparate = paths[0] !== paths[1]
    const wanted = isSeparate ? paths : paths.slice(0, 1)
    const files: FileReader[] = []
    const sides: Side[] = []
    try {
      for (const [side, path] of wanted.entries()) {
        if (typeof path !== 'string') continue
        files.push(await FileReader.of(path, await folder.openFile(path)))
        sides.push(isSeparate ? (side as 0 | 1) : null)
      }
      const first = files[0]
      if (first === undefined) return null
      return new ConversationFiles(files, sides, isSeparate, await styleOf(first), problems)
    } catch (error) {
      await Promise.all(files.map((file) => file.close()))
      throw error
    }
  }

  get readers(): readonly FileReader[] {
    return this.#files
  }

  /** Size of the files together, in bytes. */
  get size(): number {
    return this.#files.reduce((sum, { size }) => sum + size, 0)
  }

  /** True when every chunk's side is known. */
  get areSidesKnown(): boolean {
    return this.isSeparate || this.style !== 'plain'
  }

  /** True when the two sides can be shown interleaved in the order in which they sent. */
  get isConversation(): boolean {
    return !this.isSeparate || this.style === 'json'
  }

  /**
   * Reads chunks from `positions` on.
   *
   * @param side Only used when each side has its own file: the side to read, or null to merge both by time, which needs
   *        chunks with times (`isConversation`).
   */
  chunks(side: Side, positions: readonly [number, number] = [0, 0]): ConversationSource {
    if (this.isSeparate && side === null && this.#files.length === 2)
      return new MergedChunks([this.#source(0, positions[0]), this.#source(1, positions[1])])
    const file = this.isSeparate && side !== null ? this.#sides.indexOf(side) : 0
    const slot = this.isSeparate && this.#sides[file] === 1 ? 1 : 0
    if (file < 0) return { next: async () => null, positions: [0, 0] }
    const source = this.#source(file, positions[slot])
    return {
      next: () => source.next(),
      get positions(): readonly [number, number] {
        return slot === 0 ? [source.position, 0] : [0, source.position]
      },
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()))
  }

  #source(index: number, position: number): ChunkSource {
    const file = this.#files[index]!
    const side = this.#sides[index]!
    if (this.style === 'json') return new JsonChunks(file, position)
    if (this.style === 'headers') return new HeaderChunks(file, position)
    return new PlainChunks(file, side, position)
  }
}

async function styleOf(file: FileReader): Promise<ChunkStyle> {
  if (file.path.endsWith('.json')) return 'json'
  return (await hasChunkHeaders(file)) ? 'headers' : 'plain'
}
