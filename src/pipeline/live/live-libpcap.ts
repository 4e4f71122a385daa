import { Worker } from 'node:worker_threads'
import { captureDied } from '../../capture/live/explain.js'
import { Stop } from '../../capture/live/libpcap-loop.js'
import type { CaptureOptions, LiveCounts, OpenFailure } from '../../capture/live/live-capture.js'
import { NO_COUNTS } from '../../capture/live/live-capture.js'
import { FILE_HEADER_BYTES, pcapFileHeader } from '../../capture/live/pcap-stream.js'
import type { InputReadProblem } from '../../input/byte-source.js'
import { allocateSlotRing, SlotConsumer, type SlotRing } from '../../ring/slot-ring.js'
import type { LibpcapMessage, LibpcapTask } from './live-libpcap-messages.js'
import type { LiveSource } from './live-source.js'

const SLOTS = 8
const SLOT_BYTES = 4 * 1024 * 1024
/** Time that the thread may take to end. */
const CLOSE_MS = 2_000

function firstMessage(thread: Worker, { interfaceName }: CaptureOptions): Promise<LibpcapMessage> {
  return new Promise((resolve, reject) => {
    const die = (problem: string) => reject(captureDied(interfaceName, problem))
    thread.once('message', resolve)
    thread.once('error', (error: Error) => die(`the thread of libpcap died: ${error.message}`))
    thread.once('exit', () => die('the thread of libpcap ended'))
  })
}

/** A live capture through libpcap in a thread of its own. */
export class LibpcapSource implements LiveSource {
  // Invariants: the thread runs until #isEnded. #wake is set while a read waits. #headerAt bytes of the file header were read;
  // the ring holds only records.
  readonly backend = 'libpcap'
  readonly totalBytes = null
  readonly isDecompressed = false
  problem: InputReadProblem | null = null
  counts: LiveCounts = NO_COUNTS
  bytesRead = 0
  readonly linkType: number
  readonly #thread: Worker
  readonly #ring: SlotConsumer
  readonly #header: Uint8Array
  readonly #stop: Int32Array
  readonly #exit: Promise<void>
  #headerAt = 0
  #completeToSec = 0
  #isEnded = false
  #isClosed = false
  #wake: (() => void) | null = null

  private constructor(
    thread: Worker,
    ring: SlotRing,
    stop: SharedArrayBuffer,
    snaplen: number,
    { linkType, isNanosecond }: { readonly linkType: number; readonly isNanosecond: boolean },
  ) {
    this.#thread = thread
    this.#header = pcapFileHeader({ linkType, isNanosecond, snaplen })
    this.#ring = new SlotConsumer(ring)
    this.#stop = new Int32Array(stop)
    this.linkType = linkType
    thread.on('message', (message: LibpcapMessage) => this.#take(message))
    thread.on('error', (error: Error) => this.#end(`the thread of the capture died: ${error.message}`))
    this.#exit = new Promise((resolve) => {
      thread.once('exit', () => {
        this.#end('the thread of the capture ended')
        resolve()
      })
    })
  }

  /**
   * Begins to capture.
   *
   * @returns The capture, why it could not be opened, or why libpcap is missing.
   * @throws LiveCaptureError when its thread has died.
   */
  static async open(
    options: CaptureOptions,
  ): Promise<LibpcapSource | OpenFailure | { readonly reason: string }> {
    const ring = allocateSlotRing(SLOTS, SLOT_BYTES, FILE_HEADER_BYTES)
    const stop = new SharedArrayBuffer(4)
    const task: LibpcapTask = { options, ring, stop }
    const thread = new Worker(new URL('./live-libpcap-thread.js', import.meta.url), { workerData: task })
    const message = await firstMessage(thread, options)
    if (message.kind === 'failed') return message.failure
    if (message.kind !== 'opened') throw new Error(`bug: ${message.kind} before the capture was opened`)
    return new LibpcapSource(thread, ring, stop, options.snaplen, message)
  }

  get isAtEnd(): boolean {
    return this.#isClosed || (this.#isEnded && this.#ring.isEmpty && this.#headerAt === this.#header.length)
  }

  get completeToSec(): number {
    return this.#ring.isEmpty ? this.#completeToSec : 0
  }

  async read(target: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#isClosed) return 0
      const count = this.#takeHeader(target) || this.#ring.read(target)
      this.bytesRead += count
      if (count > 0 || this.#isEnded) return count
      if (!this.#ring.tryWait()) continue
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  stop(): void {
    this.#order(Stop.DRAIN)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#order(Stop.AT_ONCE)
    this.#wakeUp()
    // The thread closes the capture itself, unless it hangs.
    const overdue = setTimeout(() => void this.#thread.terminate(), CLOSE_MS)
    await this.#exit
    clearTimeout(overdue)
  }

  #order(stop: number): void {
    Atomics.store(this.#stop, 0, stop)
    Atomics.notify(this.#stop, 0)
  }

  #takeHeader(target: Uint8Array): number {
    const part = this.#header.subarray(this.#headerAt, this.#headerAt + target.length)
    target.set(part)
    this.#headerAt += part.length
    return part.length
  }

  #take(message: LibpcapMessage): void {
    switch (message.kind) {
      case 'status':
        this.counts = message.counts
        this.#completeToSec = message.completeToSec
        return
      case 'ended':
        this.counts = message.counts
        this.#end(message.problem)
        return
      default:
        this.#wakeUp()
    }
  }

  #end(problem: string | null): void {
    if (this.#isEnded) return
    this.#isEnded = true
    if (problem !== null) this.problem = { offset: this.bytesRead, message: problem, kind: 'run' }
    this.#wakeUp()
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}
