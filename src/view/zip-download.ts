import { crc32 } from 'node:zlib'
import { endRecords, MAX_RECORD_BYTES, Method, ZipHeader } from '../output/zip/zip-format.js'

/** Takes bytes and resolves when it can take more: true to go on, false to stop. */
export type Send = (bytes: Buffer) => Promise<boolean>

/** A file to download. Its bytes are read more than once. */
export interface DownloadFile {
  readonly name: string
  /** Seconds since 1970. */
  readonly sec: number
  parts(): AsyncIterable<Buffer>
}

/** Sends files as one ZIP archive, stored. */
export class ZipDownload {
  readonly #send: Send
  readonly #header = new ZipHeader()
  readonly #record = Buffer.alloc(MAX_RECORD_BYTES)
  readonly #directory: Buffer[] = []
  readonly #names = new Set<string>()
  #offset = 0

  constructor(send: Send) {
    this.#send = send
  }

  /** @returns False to stop. @throws What reading the file throws, before any of it is sent; Error behind that */
  async add(file: DownloadFile): Promise<boolean> {
    let size = 0
    let crc = 0
    for await (const part of file.parts()) {
      size += part.length
      crc = crc32(part, crc)
    }
    const name = Buffer.from(this.#freeName(file.name))
    this.#header.set({ name, crc, size, sec: file.sec }, Method.STORED, size)
    this.#directory.push(
      Buffer.from(this.#record.subarray(0, this.#header.writeCentral(this.#record, this.#offset))),
    )
    if (!(await this.#put(Buffer.from(this.#record.subarray(0, this.#header.writeLocal(this.#record))))))
      return false
    return this.#sendAgain(file, size, crc)
  }

  async end(): Promise<void> {
    const from = this.#offset
    for (const record of this.#directory) if (!(await this.#put(record))) return
    await this.#send(endRecords(this.#directory.length, this.#offset - from, from))
  }

  // What is sent cannot be taken back: the archive ends here when it is not what it was.
  async #sendAgain(file: DownloadFile, size: number, crc: number): Promise<boolean> {
    let sent = 0
    let sentCrc = 0
    try {
      for await (const part of file.parts()) {
        sent += part.length
        sentCrc = crc32(part, sentCrc)
        if (sent > size) break
        if (!(await this.#put(part))) return false
      }
    } catch (cause) {
      throw new Error(`Cannot send the rest of "${file.name}"`, { cause })
    }
    if (sent !== size || sentCrc !== crc) throw new Error(`"${file.name}" has changed while it was read`)
    return true
  }

  #freeName(name: string): string {
    let free = name
    for (let i = 2; this.#names.has(free); i++) free = name.replace(/(?:\.\w+)?$/, `~${i}$&`)
    this.#names.add(free)
    return free
  }

  #put(bytes: Buffer): Promise<boolean> {
    this.#offset += bytes.length
    return this.#send(bytes)
  }
}
