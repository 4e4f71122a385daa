import { constants, createGunzip, type Gunzip } from 'node:zlib'
import type { ByteSource, InputReadProblem } from './byte-source.js'

/** Output that zlib gives at a time; with its default of 16 KiB it is a third slower … */
const OUTPUT_BYTES = 1024 * 1024
/** … and for small files, of which there may be many, so much memory takes longer than to unpack them. */
const SMALL_OUTPUT_BYTES = 64 * 1024
const SMALL_FILE_BYTES = 64 * 1024
/** Compressed bytes that zlib gets at a time. */
const PIECE_BYTES = 64 * 1024
/** The same where the source cannot be opened again: what zlib made of the damaged piece may be lost. */
const STREAM_PIECE_BYTES = 4 * 1024
/** Of such a source the compressed bytes are kept up to this, for a second pass. */
const MEMORY_BYTES = 1024 * 1024
/** The same for the damaged piece in the second pass: shorter than a member's trailer. */
const STEP_BYTES = 4

/**
 * The decompressed content of a gzip file of one or more members. Zeros behind the last one are ignored;
 * anything else there, damage, and an early end become a `problem` at their compressed offset.
 *
 * zlib keeps to itself what it made of a piece of input in which it finds damage. So that nothing before the
 * damage is lost, such a file is read a second time, up to that piece as before and on in steps of a few bytes.
 * A stream is, too, while it is short; of a longer one a few KiB before the damage are lost.
 */
export class GzipByteSource implements ByteSource {
  // Invariants:
  // - #compressed gives the input from the offset #fedBytes + #pieceBytes on.
  // - zlib has taken #fedBytes; the piece of #pieceBytes behind them is being taken while #isWriting.
  // - #madeBytes were taken from zlib over all passes, of which #chunk[#chunkAt, end) is not given yet.
  // - #memory is all that was read, where it is not null.
  // - #dropBytes of the second pass' output are still to be dropped, because the first pass gave them.
  #compressed: ByteSource
  #head: Uint8Array
  readonly #reopen: (() => ByteSource) | null
  #memory: Buffer[] | null
  #zlib: Gunzip
  readonly #piece = Buffer.allocUnsafe(PIECE_BYTES)
  #pieceBytes = 0
  #fedBytes = 0
  #stepFrom = Infinity
  #mostRead = 0

  #chunk: Uint8Array = new Uint8Array(0)
  #chunkAt = 0
  #madeBytes = 0
  #dropBytes = 0

  #isWriting = false
  #isInputOver = false
  #isOutputOver = false
  #isDone = false
  #error: Error | null = null
  #wake: (() => void) | null = null
  readonly isDecompressed = true
  problem: InputReadProblem | null = null

  /**
   * @param compressed The source of the compressed bytes; this one closes it.
   * @param head       What was already read from it. Kept, not copied.
   * @param reopen     Opens the same input again from its first byte; null where that is not possible.
   */
  constructor(compressed: ByteSource, head: Uint8Array, reopen: (() => ByteSource) | null) {
    this.#compressed = compressed
    this.#head = head
    this.#reopen = reopen
    this.#memory = reopen === null ? [] : null
    this.#zlib = this.#start()
  }

  get bytesRead(): number {
    return Math.max(this.#mostRead, this.#compressed.bytesRead)
  }

  get totalBytes(): number | null {
    return this.#compressed.totalBytes
  }

  get isAtEnd(): boolean {
    return this.#isDone && this.#chunkAt === this.#chunk.length
  }

  async read(target: Uint8Array): Promise<number> {
    let filled = 0
    while (filled < target.length) {
      filled += this.#take(target, filled)
      if (filled === target.length || this.isAtEnd) break
      if (this.#chunkAt < this.#chunk.length) continue
      if (this.#error !== null) await this.#recover(this.#error)
      else if (this.#isOutputOver) await this.#finish()
      else if (this.#isWriting || this.#isInputOver) await this.#waitForZlib()
      else if (filled > 0 && this.#reopen === null)
        break // the next bytes of a stream may take their time
      else await this.#feed()
    }
    return filled
  }

  async close(): Promise<void> {
    this.#isDone = true
    this.#chunkAt = this.#chunk.length
    this.#zlib.destroy()
    this.#wakeUp()
    await this.#compressed.close()
  }

  #start(): Gunzip {
    const isSmall = (this.totalBytes ?? Infinity) <= SMALL_FILE_BYTES
    const chunkSize = isSmall ? SMALL_OUTPUT_BYTES : OUTPUT_BYTES
    const zlib = createGunzip({ chunkSize, flush: constants.Z_NO_FLUSH })
    zlib.on('readable', () => this.#wakeUp())
    zlib.on('end', () => {
      if (zlib === this.#zlib) this.#isOutputOver = true
      this.#wakeUp()
    })
    zlib.on('error', (error) => {
      if (zlib === this.#zlib) this.#error ??= error
      this.#wakeUp()
    })
    return zlib
  }

  /** Copies output that zlib has ready to `target` from `at` on. Returns the bytes. */
  #take(target: Uint8Array, at: number): number {
    if (this.#chunkAt === this.#chunk.length) this.#nextChunk()
    const bytes = Math.min(this.#chunk.length - this.#chunkAt, target.length - at)
    if (bytes > 0) target.set(this.#chunk.subarray(this.#chunkAt, this.#chunkAt + bytes), at)
    this.#chunkAt += bytes
    return bytes
  }

  #nextChunk(): void {
    const chunk: unknown = this.#zlib.read()
    if (!(chunk instanceof Uint8Array)) return
    const drop = Math.min(this.#dropBytes, chunk.length)
    this.#dropBytes -= drop
    this.#madeBytes += chunk.length - drop
    this.#chunk = chunk
    this.#chunkAt = drop
  }

  /** Gives zlib the next piece, or tells it that there is none. */
  async #feed(): Promise<void> {
    this.#fedBytes += this.#pieceBytes
    this.#pieceBytes = await this.#readPiece()
    if (this.#isDone) return
    if (this.#pieceBytes === 0) {
      this.#isInputOver = true
      this.#zlib.end()
      return
    }
    this.#remember()
    const zlib = this.#zlib
    this.#isWriting = true
    zlib.write(this.#piece.subarray(0, this.#pieceBytes), () => {
      if (zlib !== this.#zlib) return
      this.#isWriting = false
      // zlib leaves alone what follows the last member.
      if (zlib.bytesWritten < this.#fedBytes + this.#pieceBytes) this.#isOutputOver = true
      this.#wakeUp()
    })
  }

  #remember(): void {
    if (this.#memory === null || this.#stepFrom < Infinity) return
    if (this.#fedBytes + this.#pieceBytes > MEMORY_BYTES) this.#memory = null
    else this.#memory.push(Buffer.from(this.#piece.subarray(0, this.#pieceBytes)))
  }

  async #readPiece(): Promise<number> {
    const whole = this.#reopen === null ? STREAM_PIECE_BYTES : PIECE_BYTES
    const left = this.#stepFrom - this.#fedBytes
    const most = left <= 0 ? STEP_BYTES : Math.min(whole, left)
    if (this.#head.length === 0) return this.#compressed.read(this.#piece.subarray(0, most))
    const bytes = Math.min(most, this.#head.length)
    this.#piece.set(this.#head.subarray(0, bytes))
    this.#head = this.#head.subarray(bytes)
    return bytes
  }

  #waitForZlib(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }

  /** zlib has stopped: reads the input a second time where that gives more, or ends with a problem. */
  async #recover(error: Error): Promise<void> {
    const isCut = 'code' in error && error.code === 'Z_BUF_ERROR'
    if (!isCut && this.#stepFrom === Infinity && (await this.#goBack())) {
      this.#startAgain()
      return
    }
    this.#isDone = true
    this.problem = this.#compressed.problem ?? {
      offset: this.#fedBytes,
      message: this.#describe(error, isCut),
    }
  }

  /** Makes the source give its first byte again. False: it cannot. */
  async #goBack(): Promise<boolean> {
    if (this.#reopen === null) {
      if (this.#memory === null) return false
      this.#head = Buffer.concat([...this.#memory, this.#head])
      return true
    }
    this.#mostRead = this.bytesRead
    await this.#compressed.close()
    try {
      this.#compressed = this.#reopen()
    } catch {
      return false // the file is gone: what the first pass gave stands
    }
    this.#head = new Uint8Array(0)
    return true
  }

  #startAgain(): void {
    this.#stepFrom = this.#fedBytes
    this.#fedBytes = 0
    this.#pieceBytes = 0
    this.#dropBytes = this.#madeBytes
    this.#isWriting = false
    this.#isInputOver = false
    this.#error = null
    this.#zlib = this.#start()
  }

  #describe(error: Error, isCut: boolean): string {
    if (isCut) return 'the gzip data ends early'
    // zlib reads another header only behind a whole member.
    const isHeader = /incorrect header check|unknown compression method|unknown header flags/.test(
      error.message,
    )
    if (isHeader && this.#fedBytes > 0)
      return 'what follows the last gzip member is no gzip data, it is ignored'
    return `the gzip data is damaged (${error.message})`
  }

  /** The last member has ended. Only zeros may follow it. */
  async #finish(): Promise<void> {
    this.#isDone = true
    this.problem = this.#compressed.problem
    let offset = this.#zlib.bytesWritten
    let rest = this.#piece.subarray(offset - this.#fedBytes, this.#pieceBytes)
    while (rest.length > 0 || !this.#isInputOver) {
      const at = rest.findIndex((byte) => byte !== 0)
      if (at >= 0) {
        this.problem = {
          offset: offset + at,
          message: 'what follows the last gzip member is no gzip data, it is ignored',
        }
        return
      }
      offset += rest.length
      const bytes = await this.#readPiece()
      rest = this.#piece.subarray(0, bytes)
      if (bytes === 0) return
    }
  }
}
