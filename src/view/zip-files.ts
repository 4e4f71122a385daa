import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../errors.js'
import { findZipIndex } from '../report/zip-index.js'
import { systemPath } from '../system-path.js'
import type { EntryContent } from '../unzip/entry-content.js'
import { unpackEntry } from '../unzip/unpack-entry.js'
import type { ZipRecord } from '../unzip/zip-directory.js'
import { ZipFile } from '../unzip/zip-file.js'
import type { OpenedFile } from './chunks/file-reader.js'
import type { Files } from './conversation-files.js'
import { KeptFolders } from './kept-folders.js'

/** What was inflated last stays on the disk. */
const MOST_KEPT_BYTES = 1024 * 1024 * 1024
/** An entry that is deflated cannot be larger. */
const MOST_INFLATED_BYTES = 16 * 1024 * 1024 * 1024
/** Name of the only file in a kept folder. */
const CONTENT = 'content.jsonl'

/** The files of a run in a ZIP archive. */
export class ZipFiles implements Files {
  readonly #zip: ZipFile
  readonly #kept = new KeptFolders<void>(MOST_KEPT_BYTES)
  #folder = ''

  private constructor(zip: ZipFile) {
    this.#zip = zip
  }

  /** @throws InputError */
  static async open(path: string): Promise<ZipFiles> {
    return new ZipFiles(await ZipFile.open(path))
  }

  /**
   * Finds the index, and from then on has the files by its paths.
   *
   * @returns Where it can be read, and what it is called. @throws InputError, OutputError
   */
  async index(): Promise<{ readonly path: string; readonly shown: string }> {
    const found = await findZipIndex(this.#zip)
    if ('path' in found) return { path: found.path, shown: found.path }
    this.#folder = found.folder
    const content = await this.#contentOf(found.entry, found.name)
    const path = await this.#inflated('index', content, async (file) => file)
    return { path, shown: `${this.#zip.path}/${found.name}` }
  }

  async openFile(path: string): Promise<OpenedFile> {
    const name = this.#folder + path
    const record = await this.#zip.find(name)
    if (record === null)
      throw new InputError(`Cannot read ${JSON.stringify(path)}: "${this.#zip.path}" has no such entry`, path)
    const content = await this.#contentOf(record, name)
    if (!content.isStored) return this.#inflated(String(record.at), content, (file) => open(systemPath(file)))
    return new EntryPart(content)
  }

  async close(): Promise<void> {
    await this.#zip.close()
    this.#kept.close()
  }

  async #contentOf(record: ZipRecord, name: string): Promise<EntryContent> {
    const content = await this.#zip.content(record)
    if (!content.isStored && content.size > MOST_INFLATED_BYTES)
      throw new InputError(
        `Cannot read ${JSON.stringify(name)}: a deflated entry must have at most ${MOST_INFLATED_BYTES} bytes to be shown`,
        name,
      )
    return content
  }

  #inflated<T>(key: string, content: EntryContent, use: (file: string) => Promise<T>): Promise<T> {
    const make = async (folder: string) => void (await unpackEntry(content, join(folder, CONTENT)))
    return this.#kept.use(key, make, (folder) => use(join(folder, CONTENT)))
  }
}

/** A stored entry as a file. */
class EntryPart implements OpenedFile {
  readonly #content: EntryContent

  constructor(content: EntryContent) {
    this.#content = content
  }

  async stat(): Promise<{ size: number }> {
    return { size: this.#content.size }
  }

  async read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }> {
    const bytes = await this.#content.read(position, length)
    return { bytesRead: bytes.copy(target, offset) }
  }

  async close(): Promise<void> {}
}
