import { Worker } from 'node:worker_threads'
import type { Compression } from '../../input/compression.js'
import type { CompressedBytes } from '../../input/decompression.js'
import { allocateSlotRing, SlotConsumer } from '../../ring/slot-ring.js'
import {
  type DecompressionMessage,
  type DecompressionSetup,
  type DecompressionTask,
  DecompressionWord,
} from './decompression-messages.js'
import { DecompressionSource } from './decompression-source.js'

/** A thread unpacks at most 4 MiB ahead of its reader. */
const SLOTS = 16
const SLOT_BYTES = 256 * 1024
/** Longest wait for a thread that was told to end. */
const LONGEST_END_MS = 5_000

/** Threads that unpack inputs. Each has one input at a time, and waits for the next one when it is done. */
export class DecompressionThreads {
  // Invariant: #idle has the threads of #threads without a task. They may have died meanwhile.
  readonly #threads = new Set<DecompressionThread>()
  readonly #idle: DecompressionThread[] = []

  open(compression: Compression, compressed: CompressedBytes, isAhead: boolean): DecompressionSource {
    const thread = this.#takeIdle() ?? this.#start()
    return new DecompressionSource(thread, { compression, compressed, isAhead }, () =>
      this.#idle.push(thread),
    )
  }

  /** Ends the threads. Inputs that they unpack end with a problem. */
  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.terminate()))
    this.#threads.clear()
    this.#idle.length = 0
  }

  #takeIdle(): DecompressionThread | null {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      if (thread.isAlive) return thread
      this.#threads.delete(thread)
    }
    return null
  }

  #start(): DecompressionThread {
    const thread = new DecompressionThread()
    this.#threads.add(thread)
    return thread
  }
}

/** Receives the events of a task. */
export interface DecompressionListener {
  take(message: DecompressionMessage): void
  /** The thread is gone. */
  died(error: Error): void
}

/** The owner's side of one thread. */
export class DecompressionThread {
  readonly ring: SlotConsumer
  readonly #worker: Worker
  readonly #words: Int32Array
  readonly #progress: BigInt64Array
  #listener: DecompressionListener | null = null
  #number = 0
  isAlive = true

  constructor() {
    const ring = allocateSlotRing(SLOTS, SLOT_BYTES, 0)
    const words = new SharedArrayBuffer(4 * DecompressionWord.COUNT)
    const progress = new SharedArrayBuffer(8)
    this.ring = new SlotConsumer(ring)
    this.#words = new Int32Array(words)
    this.#progress = new BigInt64Array(progress)
    const workerData: DecompressionSetup = { ring, words, progress }
    this.#worker = new Worker(new URL('./decompression-thread.js', import.meta.url), { workerData })
    this.#worker.on('message', (message: DecompressionMessage) => this.#listener?.take(message))
    this.#worker.on('error', (error: Error) => this.#die(error))
    this.#worker.on('exit', () => this.#die(new Error('it ended')))
    this.#worker.unref()
  }

  /** Number of compressed bytes of the task that were read. */
  get bytesRead(): number {
    return Number(Atomics.load(this.#progress, 0))
  }

  /** Begins a task. The task before must be done, and its content read. */
  begin(task: Omit<DecompressionTask, 'number'>, listener: DecompressionListener): void {
    const { input } = task
    this.#listener = listener
    this.#number += 1
    Atomics.store(this.#progress, 0, 0n)
    const numbered: DecompressionTask = { number: this.#number, ...task }
    this.#worker.ref()
    this.#worker.postMessage(numbered, typeof input === 'string' ? [] : [input])
  }

  /** The process may end while the thread runs. */
  rest(): void {
    this.#listener = null
    this.#worker.unref()
  }

  /** Tells the thread that the task's port has a message. */
  notifyOfMail(): void {
    Atomics.add(this.#words, DecompressionWord.MAIL, 1)
    Atomics.notify(this.#words, DecompressionWord.MAIL)
  }

  /** Tells the thread to end its task. The owner must also take the content out of the ring. */
  stopTask(): void {
    Atomics.store(this.#words, DecompressionWord.STOP, this.#number)
    this.notifyOfMail()
  }

  /** Ends the thread. A thread that does not end in time is left behind. */
  async terminate(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, LONGEST_END_MS)
    })
    await Promise.race([this.#worker.terminate(), late])
    clearTimeout(timer)
    this.#worker.unref()
  }

  #die(error: Error): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.#listener?.died(error)
  }
}
