import { createHash, type Hash } from 'node:crypto'
import { join } from 'node:path'
import type { Limits } from '../../config/config.js'
import { canDecode, decoded, NotDecoded } from '../../content/http/decoded.js'
import type { HttpBody } from '../../content/http/http-exchange.js'
import { FileWriter } from '../files/file-writer.js'
import { makeOutputFolder } from '../make-output-folder.js'
import type { CaptureStart } from '../output.js'
import type { OutputTotals } from '../output-totals.js'
import { SpillFile } from '../spill-file.js'
import type { WorkerParts } from '../worker-parts.js'
import { endingOf } from './endings.js'
import { PackedBody } from './packed-body.js'

/** The folder of objects below that of the results. */
export const OBJECTS_FOLDER = 'objects'
/** Ranges of missing bytes that a record has. */
const MAX_RANGES = 100

/** An object that is being written, or was. */
export interface ObjectFacts {
  readonly body: HttpBody
  readonly sec: number
  readonly nsec: number
  /** It counts the objects of a side, from 1. */
  readonly number: number
  /** Bytes of its file. */
  size: number
  missingBytes: number
  /** Offsets and lengths in turn. */
  readonly missing: number[]
  /** False when the codings of the body are still in the file. */
  isDecoded: boolean
}

interface OpenObject extends ObjectFacts {
  readonly hash: Hash
  packed: PackedBody | null
}

/** What became of an object. */
export interface WrittenObject {
  readonly facts: ObjectFacts
  /** Null: there is none, since it is empty or could not be written. */
  readonly file: string | null
  readonly sha256: string | null
}

/** Writes the files of the objects of a worker: of each half-stream one at a time. */
export class ObjectFiles {
  // A file has the number of the half-stream; it is free again when its object is written.
  readonly #uids: WorkerParts['uids']
  readonly #writer: FileWriter
  readonly #limits: Limits
  readonly #totals: OutputTotals
  readonly #spill: SpillFile
  readonly #open: (OpenObject | null | undefined)[] = []
  #folder = ''
  #folderBelow = ''
  #isFolderMade = false

  constructor(worker: WorkerParts, limits: Limits) {
    this.#uids = worker.uids
    this.#limits = limits
    this.#totals = worker.totals
    const store = worker.storeOf({
      path: (half) => this.#pathOf(half),
      name: (half) => this.#nameBelow(half),
      connection: (half) => half >> 1,
      kind: () => 0,
    })
    this.#writer = new FileWriter(store, worker.pages)
    this.#spill = new SpillFile(join(worker.tempFolder, `objects-${worker.number}.packed`))
  }

  startCapture({ folder, folderBelow }: CaptureStart): void {
    this.#folder = join(folder, OBJECTS_FOLDER)
    this.#folderBelow = folderBelow
    this.#isFolderMade = false
  }

  begin(half: number, body: HttpBody, number: number, sec: number, nsec: number): void {
    const isPacked = body.codings.length > 0 && canDecode(body.codings)
    this.#open[half] = {
      body,
      sec,
      nsec,
      number,
      size: 0,
      missingBytes: 0,
      missing: [],
      isDecoded: body.codings.length === 0,
      hash: createHash('sha256'),
      packed: isPacked ? new PackedBody(this.#spill, this.#limits.packedObject) : null,
    }
  }

  /** @throws OutputError */
  data(half: number, bytes: Uint8Array, from: number, to: number): void {
    const object = this.#open[half]
    if (object === null || object === undefined) return
    if (object.packed !== null) {
      if (object.packed.add(bytes, from, to)) return
      this.#totals.limits.packed_objects += 1
      this.#writePacked(half, object)
    }
    this.#write(half, object, bytes, from, to)
  }

  /** Zeros stand for bytes that the capture lost. @throws OutputError */
  gap(half: number, length: number): void {
    const object = this.#open[half]
    if (object === null || object === undefined) return
    // What has codings and a hole cannot be decoded: it is written as it is.
    this.#writePacked(half, object)
    if (object.missing.length < 2 * MAX_RANGES) object.missing.push(object.size, length)
    object.missingBytes += length
    object.size += length
    this.#writer.appendZeros(half, length)
  }

  /** @returns What became of the object; null: there is none. @throws OutputError */
  end(half: number): WrittenObject | null {
    const object = this.#open[half]
    if (object === null || object === undefined) return null
    if (object.packed !== null) this.#decode(half, object, object.packed)
    this.#writer.complete(half)
    const isThere = object.size > 0 && !this.#writer.isGivenUp(half)
    const file = isThere ? this.#nameBelow(half) : null
    this.#writer.release(half)
    this.#open[half] = null
    return { facts: object, file, sha256: object.missingBytes > 0 ? null : object.hash.digest('hex') }
  }

  flush(): void {
    this.#writer.flush()
  }

  finish(): void {
    this.#spill.close()
    this.#writer.finish()
  }

  #decode(half: number, object: OpenObject, packed: PackedBody): void {
    object.packed = null
    const bytes = packed.take()
    const content = decoded(bytes, object.body.codings, this.#limits.unpackedObject)
    if (content === NotDecoded.TOO_LARGE) this.#totals.limits.unpacked_objects += 1
    object.isDecoded = typeof content !== 'string'
    const written = typeof content === 'string' ? bytes : content
    this.#write(half, object, written, 0, written.length)
  }

  #writePacked(half: number, object: OpenObject): void {
    if (object.packed === null) return
    const bytes = object.packed.take()
    object.packed = null
    this.#write(half, object, bytes, 0, bytes.length)
  }

  #write(half: number, object: OpenObject, bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return
    this.#writer.append(half, bytes, from, to)
    if (object.missingBytes === 0) object.hash.update(bytes.subarray(from, to))
    object.size += to - from
  }

  #nameOf(half: number): string {
    const { number, body } = this.#open[half]!
    return `${this.#uids.uid(half >> 1)}-${half & 1}-${number}.${endingOf(body.contentType)}`
  }

  #nameBelow(half: number): string {
    return `${this.#folderBelow}${OBJECTS_FOLDER}/${this.#nameOf(half)}`
  }

  #pathOf(half: number): string {
    if (!this.#isFolderMade) makeOutputFolder(this.#folder)
    this.#isFolderMade = true
    return join(this.#folder, this.#nameOf(half))
  }
}
