import type { ConversationFiles } from './conversation-files.js'
import { downloadFile, textFile } from './download-files.js'
import { type DownloadFile, type Send, ZipDownload } from './zip-download.js'

/** Name of the file in an archive that says what is not in it. */
const PROBLEMS = 'problems.txt'

/** Begins a download with this name. */
export type Begin = (name: string) => Send

/** Sends the files of connections: a single one as it is, others as a ZIP archive. */
export class FilesDownload {
  readonly #begin: Begin
  readonly #isOne: boolean
  readonly #problems = new Set<string>()
  #zip: ZipDownload | null = null
  #hasBegun = false
  #isStopped = false

  /** @param isOne There is one connection only. */
  constructor(begin: Begin, isOne: boolean) {
    this.#begin = begin
    this.#isOne = isOne
  }

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** True when nobody takes more. */
  get isStopped(): boolean {
    return this.#isStopped
  }

  /** @throws InputError when nothing of a file was sent, Error when it cannot be mended any more */
  async add({ readers, problems }: ConversationFiles, sec: number): Promise<void> {
    for (const problem of problems) this.#problems.add(problem)
    const [first, ...others] = readers.map((reader) => downloadFile(reader, sec))
    if (first === undefined) return
    if (this.#isOne && others.length === 0) return this.#sendWhole(first)
    for (const file of [first, ...others]) if (!this.#isStopped) await this.#addToZip(file)
  }

  /** @param failures What is not in it, each one sentence. */
  async end(failures: readonly string[]): Promise<void> {
    for (const failure of failures) this.#problems.add(failure)
    if (this.#zip === null || this.#isStopped) return
    if (this.#problems.size > 0) await this.#addToZip(textFile(PROBLEMS, [...this.#problems]))
    if (!this.#isStopped) await this.#zip.end()
  }

  async #addToZip(file: DownloadFile): Promise<void> {
    if (this.#zip === null) {
      this.#zip = new ZipDownload(this.#begin('connections.zip'))
      this.#hasBegun = true
    }
    this.#isStopped = !(await this.#zip.add(file))
  }

  async #sendWhole(file: DownloadFile): Promise<void> {
    let send: Send | null = null
    try {
      for await (const part of file.parts()) {
        send ??= this.#begin(file.name)
        this.#isStopped = !(await send(part))
        if (this.#isStopped) break
      }
    } catch (error) {
      if (send === null) throw error
      throw new Error(`Cannot send the rest of "${file.name}"`, { cause: error })
    }
    if (send === null) this.#begin(file.name)
    this.#hasBegun = true
  }
}
