import fs from 'node:fs'
import type { Writable } from 'node:stream'
import type { IndexTarget } from '../../config/index-targets.js'
import { OutputError } from '../../errors.js'
import { systemPath } from '../../system-path.js'
import { WholeFile } from '../../whole-file.js'
import { ByteBuilder } from '../byte-builder.js'
import { existsFailure, outputFailure } from '../output-failure.js'
import { StreamWriter } from '../stream-writer.js'
import { createIndexFormat, type IndexFormat } from './formats/index-format.js'

/** Takes the records of an index, in order. After a failure it must be abandoned. */
export interface IndexOutput {
  /** @param bytes `bytes[from, to)` is the record's JSON line with its line feed. Valid during the call. */
  add(bytes: Buffer, from: number, to: number): void
  /** Writes what was gathered; to be called before that grows large. @throws OutputError */
  flush(): Promise<void>
  /** The index is whole. @throws OutputError */
  finish(): Promise<void>
  /** Leaves nothing behind. */
  abandon(): void
}

/** An index file, which appears by rename when it is complete. */
export class IndexFile implements IndexOutput {
  readonly #path: string
  readonly #file: WholeFile
  readonly #format: IndexFormat
  readonly #gathered = new ByteBuilder()

  private constructor(path: string, file: WholeFile, format: IndexFormat) {
    this.#path = path
    this.#file = file
    this.#format = format
    format.begin(this.#gathered)
  }

  /**
   * @param isForced Replace the file when it exists.
   * @throws OutputError
   */
  static async create({ path, format }: IndexTarget, isForced: boolean): Promise<IndexFile> {
    const writer = await createIndexFormat(format)
    return attempt(path, () => {
      if (!isForced && fs.lstatSync(systemPath(path), { throwIfNoEntry: false }) !== undefined)
        throw existsFailure(path)
      return new IndexFile(path, new WholeFile(path), writer)
    })
  }

  add(bytes: Buffer, from: number, to: number): void {
    this.#format.add(bytes, from, to, this.#gathered)
  }

  flush(): Promise<void> {
    return attempt(this.#path, async () => {
      this.#file.append(this.#gathered.bytes.subarray(0, this.#gathered.length))
      this.#gathered.clear()
    })
  }

  async finish(): Promise<void> {
    this.#format.finish(this.#gathered)
    await this.flush()
    attempt(this.#path, () => this.#file.publish())
  }

  abandon(): void {
    this.#file.abandon()
  }
}

/** The index as JSON lines on a stream. */
export class IndexStream implements IndexOutput {
  readonly #writer: StreamWriter
  readonly #gathered = new ByteBuilder()

  constructor(stream: Writable) {
    this.#writer = new StreamWriter(stream, 'standard output')
  }

  add(bytes: Buffer, from: number, to: number): void {
    this.#gathered.putBytes(bytes, from, to)
  }

  async flush(): Promise<void> {
    const { bytes, length } = this.#gathered
    if (length === 0) return
    this.#gathered.clear()
    await this.#writer.write(bytes.slice(0, length)) // the stream may keep them
  }

  async finish(): Promise<void> {
    await this.flush()
    this.#writer.detach()
  }

  abandon(): void {
    this.#writer.detach()
  }
}

// Failures of the system as failures of the output, thrown or as rejection.
function attempt<T>(path: string, action: () => T): T {
  const explained = (error: unknown) => (error instanceof OutputError ? error : outputFailure(path, error))
  try {
    const result = action()
    if (!(result instanceof Promise)) return result
    return result.catch((error: unknown) => {
      throw explained(error)
    }) as T
  } catch (error) {
    throw explained(error)
  }
}
