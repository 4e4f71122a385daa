import { setImmediate } from 'node:timers/promises'
import type { CaptureReader, CaptureReaderOptions } from '../../capture/capture-reader.js'
import { createCaptureReader } from '../../capture/open-capture-reader.js'
import type { ByteSource } from '../../input/byte-source.js'
import { CaptureWindows, type CreateReader, type WindowAreas } from '../../input/capture-windows.js'
import type { RingProducer } from '../../ring/record-ring.js'
import type { SlabPool } from '../../ring/slab-pool.js'
import type { DatagramSpace } from './datagram-space.js'
import { RecordKind } from './descriptor.js'
import type { Dispatcher, DispatchStatus } from './dispatcher.js'
import { LinkSample, SAMPLE_BYTES } from './link-sample.js'

/** Longest single sleep of the main thread. */
const SLEEP_MS = 2
/** Sleeps before the event loop gets a turn. */
const SLEEPS_PER_TURN = 4
/** Most captures that warnings name. */
const MOST_WARNINGS = 100

/** The run was stopped while the feeder was working or waiting. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

export interface FeederParts {
  readonly pool: SlabPool
  readonly rings: readonly RingProducer[]
  readonly dispatcher: Dispatcher
  readonly space: DatagramSpace
  /** Called before every wait, so that an inline worker can work. */
  readonly work: () => void
  /** Throws {@link StoppedError} when the run must stop. Called whenever the feeder yields. */
  readonly checkpoint: () => Promise<void> | void
  /** Makes the reader of a capture. Default: the reader for its format. */
  readonly createReader?: CreateReader<CaptureReader>
  /** The link type to use: `'auto'` for what the first packets look like, null for the capture's own. Default: fixed. */
  readonly linkType?: number | 'auto' | null
}

/**
 * Moves captures through the slabs: reads the next slab while the dispatcher works on this one, carries cut records
 * over, ends epochs, and waits for workers where the dispatcher cannot go on. The event loop gets a turn at every
 * slab and during every wait.
 */
export class Feeder {
  readonly #pool: SlabPool
  readonly #rings: readonly RingProducer[]
  readonly #dispatcher: Dispatcher
  readonly #space: DatagramSpace
  readonly #work: () => void
  readonly #checkpoint: () => Promise<void> | void
  readonly #createReader: CreateReader<CaptureReader>
  /** The slabs, as areas into which captures are read. */
  readonly #areas: WindowAreas
  /** Number of the latest epoch that was ended. */
  epoch = 0
  /** Captures whose packets look like those of another link type than they say. */
  readonly warnings: string[] = []
  /** Null: captures are taken at their word. */
  readonly #linkType: 'auto' | 'doubt' | null

  constructor(parts: FeederParts) {
    this.#pool = parts.pool
    this.#rings = parts.rings
    this.#dispatcher = parts.dispatcher
    this.#space = parts.space
    this.#work = parts.work
    this.#checkpoint = parts.checkpoint
    this.#createReader = parts.createReader ?? createCaptureReader
    const { linkType = 0 } = parts
    this.#linkType = typeof linkType === 'number' ? null : (linkType ?? 'doubt')
    const { bytes, headroomBytes, slabBytes } = parts.pool
    this.#areas = {
      bytes,
      headroomBytes,
      readBytes: slabBytes - headroomBytes,
      take: async () => (await this.#takeSlab()) + headroomBytes,
      giveBack: (areas) => this.#endEpoch(areas.map((area) => area - headroomBytes)),
    }
  }

  /**
   * Dispatches all packets of a capture, and closes its source.
   *
   * @param number Of the input, for the workers.
   * @returns The reader, for what it found.
   * @throws CaptureFormatError when the content is not a capture; StoppedError.
   */
  async feed(
    source: ByteSource,
    file: string,
    number: number,
    options: Omit<CaptureReaderOptions, 'isDecompressed'>,
  ): Promise<CaptureReader> {
    const leastBytes = this.#linkType === 'auto' ? SAMPLE_BYTES : undefined
    let sample: LinkSample | null = null
    const create: CreateReader<CaptureReader> = (...content) => {
      if (this.#linkType !== null) sample = new LinkSample(createCaptureReader(...content))
      return this.#createReader(...content)
    }
    const windows = new CaptureWindows(source, file, options, this.#areas, create, leastBytes)
    try {
      for (let isFirst = true; ; isFirst = false) {
        const reader = await windows.next()
        this.#look(sample, windows, isFirst)
        // Of a capture that is put together from others nothing stands in a file where it says.
        const isElsewhere = source.isDecompressed || reader.origin !== undefined
        const readableTo = isElsewhere ? -1 : windows.range.to
        if ((await this.#dispatchWindow(reader, number, readableTo)) !== 'more') return reader
      }
    } finally {
      this.#warn(sample, file)
      await windows.close()
    }
  }

  #look(sample: LinkSample | null, { range, isLast }: CaptureWindows<CaptureReader>, isFirst: boolean): void {
    sample?.look({ bytes: this.#pool.bytes, ...range, isLast })
    if (isFirst && this.#linkType === 'auto') this.#dispatcher.useLinkType(sample?.linkType ?? null)
  }

  #warn(sample: LinkSample | null, file: string): void {
    const text = sample?.text(file, this.#linkType === 'auto') ?? null
    if (text !== null && this.warnings.length < MOST_WARNINGS) this.warnings.push(text)
  }

  /** Tells every worker that the capture with this number begins. @throws StoppedError */
  async startCapture(number: number): Promise<void> {
    await this.waitForRoom()
    this.#dispatcher.startCapture(number)
  }

  /** Tells every worker that the run is over. @throws StoppedError */
  async end(): Promise<void> {
    await this.waitForRoom()
    this.#dispatcher.broadcast(RecordKind.END, 0)
  }

  /** Waits until every ring has room for the records of one packet. @throws StoppedError */
  async waitForRoom(): Promise<void> {
    if (this.#dispatcher.hasRoom()) return
    this.#publish()
    this.#work()
    for (let sleeps = 1; !this.#dispatcher.hasRoom(); sleeps++) {
      const fullest = this.#rings.reduce((a, b) => (b.free() < a.free() ? b : a))
      fullest.waitForRoom(SLEEP_MS)
      if (sleeps % SLEEPS_PER_TURN === 0) await this.#giveWay()
    }
  }

  async #dispatchWindow(reader: CaptureReader, input: number, readableTo: number): Promise<DispatchStatus> {
    await this.waitForRoom()
    this.#dispatcher.startWindow(reader, input, readableTo)
    for (;;) {
      const status = this.#dispatcher.dispatch(reader)
      await this.#giveWay()
      if (status !== 'full') return status
      if (this.#dispatcher.needsSpace) await this.#renewSpace()
      else await this.waitForRoom()
    }
  }

  async #endEpoch(slabs: readonly number[]): Promise<void> {
    await this.waitForRoom()
    this.epoch += 1
    this.#dispatcher.broadcast(RecordKind.END_OF_EPOCH, this.epoch)
    this.#pool.giveBackAfter(this.epoch, slabs)
  }

  async #takeSlab(): Promise<number> {
    for (let sleeps = 1; ; sleeps++) {
      const slab = this.#pool.tryTake()
      if (slab >= 0) return slab
      await this.#sleep(sleeps)
    }
  }

  async #renewSpace(): Promise<void> {
    await this.#endEpoch([])
    for (let sleeps = 1; !this.#space.tryRenew(this.epoch); sleeps++) await this.#sleep(sleeps)
  }

  async #sleep(sleeps: number): Promise<void> {
    this.#publish()
    this.#work()
    this.#pool.waitForPass(SLEEP_MS)
    if (sleeps % SLEEPS_PER_TURN === 0) await this.#giveWay()
  }

  #publish(): void {
    for (const ring of this.#rings) ring.publish()
  }

  async #giveWay(): Promise<void> {
    await setImmediate()
    await this.#checkpoint()
  }
}
