import { SharedMemory } from '../bytes/shared-memory.js'
import { type CaptureReader, MAX_RECORD_BYTES, RECORD_OVERHEAD_BYTES } from '../capture/capture-reader.js'
import type { Config } from '../config/config.js'
import { CaptureFormatError, type Failure, failureOf, InputError } from '../errors.js'
import { COPY_NSEC } from '../flow/batches.js'
import { OpenCount } from '../flow/open-count.js'
import type { ByteSource } from '../input/byte-source.js'
import { type Input, isStream } from '../input/input.js'
import { FdBudget } from '../output/files/fd-budget.js'
import { wantsPlaces } from '../output/outputs.js'
import { allocateRing, RingProducer } from '../ring/record-ring.js'
import { SlabPool } from '../ring/slab-pool.js'
import { EncapTable, EncapWriter } from '../wire/encap-table.js'
import { PacketDecoder } from '../wire/packet-decoder.js'
import { ConsoleChannel } from './console.js'
import type { RunHooks } from './hooks.js'
import { CaptureProgress } from './line/capture-progress.js'
import { DatagramSpace } from './line/datagram-space.js'
import { Dispatcher } from './line/dispatcher.js'
import { Feeder, StoppedError } from './line/feeder.js'
import { FramePlaces } from './line/frame-places.js'
import { layOutMemory, ringRecords, takeMemory } from './line/memory-layout.js'
import type { StartWorkers, Workers } from './line/workers.js'
import type { Capture } from './reading/captures.js'
import { ReaderTotals } from './reading/input-problems.js'
import { ReadInputs } from './reading/read-inputs.js'
import { type CaptureRecords, NO_RECORDS, type Reading } from './reading/reading.js'
import { inputsOf, type RunInputs } from './reading/run-inputs.js'
import type { ConversionOutcome, CountedFacts } from './run-summary.js'

const SLABS = 12
const HEADROOM_BYTES = MAX_RECORD_BYTES + RECORD_OVERHEAD_BYTES
const READ_BYTES = 2 * 1024 * 1024
const PROGRESS_MS = 200

export interface ConversionSetup extends Pick<Dispatcher, 'filter' | 'recorder'> {
  /** Private folder of the run. */
  readonly tempDir: string
  /** Words that decide which worker gets which connection, and which part of a shard it is of. */
  readonly hashKey: Uint32Array
  readonly startWorkers: StartWorkers
}

/** One run: starts the workers, reads the captures and collects the results. */
export class Conversion {
  readonly #config: Config
  readonly #captures: readonly Capture[]
  readonly #bytesTotal: number | null
  readonly #hooks: RunHooks
  readonly #reading: Reading
  readonly #records: CaptureRecords
  readonly #progress: CaptureProgress
  /** The failure that ended the reading of all inputs; null without one, also after an interruption. */
  #readFailure: Failure | null = null
  readonly #opened: Int32Array
  readonly #fdBudget: SharedArrayBuffer
  readonly #encaps: EncapWriter
  readonly #decoder: PacketDecoder
  readonly #dispatcher: Dispatcher
  readonly #feeder: Feeder
  readonly #console: ConsoleChannel | null
  readonly #workers: Workers
  readonly #inputs = new ReadInputs()
  readonly #failures: Failure[] = []
  readonly #totals = new ReaderTotals()
  readonly #places: FramePlaces | null
  #bytesRead = 0
  #source: ByteSource | null = null
  #input = ''
  #inputNumber = -1
  #isStopping = false

  constructor(config: Config, inputs: RunInputs, hooks: RunHooks, setup: ConversionSetup) {
    this.#config = config
    this.#captures = inputs.captures
    this.#bytesTotal = inputs.bytesTotal
    this.#hooks = hooks
    this.#reading = inputs.reading
    this.#records = inputs.resumed ?? NO_RECORDS
    const { workerCount, limits } = config
    const { createReader, knowsLinkTypes } = inputs.reading
    const words = () => new SharedArrayBuffer(4 * workerCount)
    const [passed, opened] = [words(), words()]
    const openCount = OpenCount.allocate()
    const stop = new SharedArrayBuffer(4)
    const encaps = EncapTable.allocate(limits.encaps)
    const rings = Array.from({ length: workerCount }, () => allocateRing(ringRecords(workerCount)))
    const slabBytes = SlabPool.bytesOf(SLABS, HEADROOM_BYTES, READ_BYTES)
    const layout = layOutMemory(slabBytes, config.memoryBytes, workerCount)
    const memory = takeMemory(layout)
    const pool = new SlabPool(SLABS, HEADROOM_BYTES, READ_BYTES, passed, new SharedMemory(memory).bytes)
    const producers = rings.map((ring) => new RingProducer(ring))
    const space = new DatagramSpace(pool)
    this.#opened = new Int32Array(opened)
    this.#fdBudget = FdBudget.allocate(config.maxOpenFiles, workerCount)
    this.#encaps = new EncapWriter(encaps)
    this.#decoder = new PacketDecoder({
      decap: config.decap,
      decodeAs: config.decodeAs,
      limits,
      encaps: this.#encaps,
      space,
      linkType: config.linkType === 'auto' ? null : config.linkType,
      copyNsec: config.dedup === 'auto' ? COPY_NSEC : 0,
    })
    const handoverDir = hooks.handoverDir ?? null
    const hasPlaces = inputs.selection !== undefined || wantsPlaces({ config, handoverDir })
    this.#places = hasPlaces ? new FramePlaces() : null
    const { hashKey, filter } = setup
    this.#dispatcher = new Dispatcher(pool, producers, this.#decoder, space, hashKey, filter, this.#places)
    this.#dispatcher.shard = config.shard
    this.#dispatcher.recorder = setup.recorder
    this.#feeder = new Feeder({
      pool,
      rings: producers,
      dispatcher: this.#dispatcher,
      space,
      work: () => this.#workers.work(),
      checkpoint: () => this.#checkpoint(),
      ...(knowsLinkTypes ? {} : { linkType: config.linkType }),
      ...(createReader === undefined ? {} : { createReader }),
    })
    this.#console =
      config.toConsole && hooks.stdout !== undefined ? new ConsoleChannel(hooks.stdout, hooks, config) : null
    const counts = this.#records.countsPorts(workerCount)
    const outputs = inputs.captures.map(({ inputs: _, ...output }) => output)
    const finished = CaptureProgress.allocate(workerCount, outputs.length)
    this.#progress = new CaptureProgress(finished, workerCount)
    this.#workers = setup.startWorkers(
      rings.map((ring, worker) => ({
        worker,
        config,
        captures: outputs,
        handoverDir,
        tempDir: setup.tempDir,
        memory,
        pages: layout.workers[worker]!,
        ring,
        passed,
        opened,
        openCount,
        finished,
        stop,
        fdBudget: this.#fdBudget,
        encaps,
        console: this.#console?.ports[worker] ?? null,
        counts: counts[worker] ?? null,
        inputFiles: inputs.exposed,
        inputs: inputsOf(inputs.captures),
        selection: inputs.selection ?? null,
      })),
      stop,
      () => this.#endRead(),
    )
  }

  async run(): Promise<ConversionOutcome> {
    const progress = setInterval(() => this.#reportProgress(), PROGRESS_MS)
    await this.#readCaptures()
    const results = await this.#workers.finish()
    await this.#records.writeRecords(this.#progress)
    this.#records.close()
    clearInterval(progress)
    await this.#console?.finish().catch((error: Error) => {
      if (!this.#failures.some(({ message }) => message === error.message))
        this.#failures.push(failureOf(error))
    })
    const failure = this.#workers.failure ?? this.#readFailure
    const { takenSlots } = new FdBudget(this.#fdBudget)
    if (this.#workers.failure === null && takenSlots !== 0)
      this.#failures.push({ kind: 'bug', message: `bug: ${takenSlots} file slots were not given back` })
    if (failure !== null)
      this.#failures.push({
        ...failure,
        message: failure.message + this.#inputs.unread(this.#reading.inputCount),
      })
    return {
      ...this.#counted,
      results,
      inputs: this.#inputs.summaries((capture) => this.#progress.isWhole(capture)),
      inputFacts: this.#inputs.factsWith(this.#places?.counts),
      failures: this.#failures,
      warnings: this.#feeder.warnings,
      isComplete: failure === null,
    }
  }

  // The main thread's counts, without those of the workers.
  get #counted(): CountedFacts {
    return {
      packets: this.#dispatcher.packets,
      capturedBytes: this.#dispatcher.capturedBytes,
      decoder: this.#decoder,
      damage: this.#totals.damage,
      limits: { interfaces: this.#totals.interfaceLimitHits, encaps: this.#encaps.limitHits },
      results: [],
      consoleBytes: this.#console?.bytesWritten ?? 0,
    }
  }

  async #readCaptures(): Promise<void> {
    const interrupt = () =>
      this.#reading.interrupt === undefined ? this.#endRead() : this.#reading.interrupt()
    this.#reading.start?.(this.#dispatcher)
    if (this.#hooks.signal?.aborted) interrupt()
    this.#hooks.signal?.addEventListener('abort', interrupt)
    try {
      for (const [number, { inputs }] of this.#captures.entries()) {
        this.#records.start(number)
        await this.#feeder.startCapture(number)
        await this.#readCapture(number, inputs)
      }
    } catch (error) {
      if (!(error instanceof StoppedError)) this.#readFailure = failureOf(error as Error)
    } finally {
      this.#hooks.signal?.removeEventListener('abort', interrupt)
      this.#failures.push(...(this.#reading.end?.() ?? []))
    }
    this.#decoder.finish()
    this.#isStopping = true
    // If the end cannot be sent through the rings (a worker died, the console failed), the stop word tells the workers.
    await this.#feeder.end().catch(() => this.#workers.stop())
  }

  // Ends a read that is waiting for bytes. The next checkpoint stops the run.
  #endRead(): void {
    void this.#source?.close()
  }

  async #readCapture(number: number, inputs: readonly Input[]): Promise<void> {
    let areRead = true
    for (const input of inputs) areRead = (await this.#readInput(number, input)) && areRead
    this.#decoder.finish() // open datagrams belong to this capture
    this.#records.read(number, areRead ? this.#inputs.of(number) : null, this.#counted)
    await this.#records.writeRecords(this.#progress)
  }

  // Returns true when nothing more of the input can ever be read.
  async #readInput(capture: number, input: Input): Promise<boolean> {
    await this.#checkpoint() // after a stop, no read may begin: nothing would end it
    const before = this.#dispatcher.packets.read
    let reader: CaptureReader | null = null
    let error: CaptureFormatError | InputError | null = null
    let [isWhole, isDone] = [false, false]
    this.#input = input.path
    this.#inputNumber += 1
    try {
      this.#source = this.#reading.open(input)
      reader = await this.#feeder.feed(this.#source, input.path, this.#inputNumber, {
        maxInterfaces: this.#config.limits.interfaces,
      })
      isWhole = true
    } catch (thrown) {
      if (thrown instanceof InputError) error = thrown
      else if (!(thrown instanceof CaptureFormatError)) throw thrown
      // An interrupted input may be too short to be a capture: that is no problem of the input.
      else error = this.#hooks.signal?.aborted ? null : thrown
    } finally {
      const report = this.#reading.report({
        input,
        source: this.#source,
        reader,
        error,
        packets: this.#dispatcher.packets.read - before,
        isWhole,
        isAll: isWhole || (isStream(input) && this.#workers.failure === null),
        filterProblems: this.#dispatcher.filter?.takeProblems(input.path) ?? [],
      })
      isDone = report.isDone
      if (this.#places !== null) this.#inputs.note(report.parts, this.#decoder.linkType)
      this.#totals.add(report.parts)
      this.#bytesRead += this.#source?.bytesRead ?? 0
      this.#inputs.add(capture, report.summaries)
      await this.#source?.close()
      this.#source = null
    }
    return isDone
  }

  // The feeder calls this whenever it yields.
  async #checkpoint(): Promise<void> {
    if (this.#workers.failure !== null) throw new StoppedError('a worker failed')
    if (this.#hooks.signal?.aborted && !this.#isStopping && this.#reading.interrupt === undefined) {
      this.#isStopping = true // packets already dispatched are still written
      throw new StoppedError('the run was interrupted')
    }
    await Promise.all([this.#console?.keepUp(), this.#hooks.keepUp?.()])
  }

  #reportProgress(): void {
    this.#hooks.onProgress?.({
      bytesRead: this.#bytesRead + (this.#source?.bytesRead ?? 0),
      bytesTotal: this.#bytesTotal,
      packets: this.#dispatcher.packets.read,
      connections: this.#opened.reduce((sum, count) => sum + count, 0),
      input: this.#input,
      ...this.#reading.progress,
    })
  }
}
