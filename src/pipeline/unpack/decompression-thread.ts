import { openSync } from 'node:fs'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { InputReadProblem } from '../../input/byte-source.js'
import { compressedFile } from '../../input/decompress/compressed-file.js'
import { CompressedInput } from '../../input/decompress/compressed-input.js'
import { loadDecompressor } from '../../input/decompress/load-decompressor.js'
import { closeQuietly, readProblem } from '../../input/file-source.js'
import { SlotProducer } from '../../ring/slot-ring.js'
import { systemPath } from '../../system-path.js'
import {
  type DecompressionMessage,
  type DecompressionSetup,
  type DecompressionTask,
  DecompressionWord,
} from './decompression-messages.js'

/** Longest sleep. After it the thread checks whether its task must end. */
const SLEEP_MS = 100

const setup: DecompressionSetup = workerData
const words = new Int32Array(setup.words)
const progress = new BigInt64Array(setup.progress)
const producer = new SlotProducer(setup.ring)
/** Bytes in the slot that is being filled; slots of the task that were handed over. */
let slotBytes = 0
let handedOver = 0

/** Says that the task must end early. */
class StoppedTask extends Error {}

parentPort?.on('message', (task: DecompressionTask) => void run(task))

async function run(task: DecompressionTask): Promise<void> {
  let problem: InputReadProblem | null = null
  handedOver = 0
  try {
    problem = await unpack(task)
    publish()
  } catch (error) {
    if (!(error instanceof StoppedTask)) throw error
    slotBytes = 0
  }
  tell({ kind: 'done', problem })
}

async function unpack(task: DecompressionTask): Promise<InputReadProblem | null> {
  const decompress = await loadDecompressor(task.compression)
  const checkpoint = () => {
    if (words[DecompressionWord.STOP] === task.number) throw new StoppedTask()
  }
  const write = (bytes: Uint8Array, from: number, to: number) =>
    fill(bytes, from, to, checkpoint, task.isAhead)
  const { input } = task
  if (typeof input !== 'string') {
    return decompress(portInput(input, checkpoint), write)
  }
  let file: number
  try {
    file = openSync(systemPath(input), 'r')
  } catch (error) {
    return readProblem(0, error) // it existed a moment ago
  }
  try {
    const onRead = (position: number) => {
      checkpoint()
      readUpTo(position)
    }
    return decompress(compressedFile(file, onRead), write)
  } finally {
    closeQuietly(file)
  }
}

function fill(bytes: Uint8Array, from: number, to: number, checkpoint: () => void, isAhead: boolean): void {
  for (let at = from; at < to; ) {
    for (checkpoint(); !producer.hasFree(mostFull(isAhead)); checkpoint())
      producer.waitForFree(SLEEP_MS, mostFull(isAhead))
    const slot = producer.slots[producer.slot]!
    const count = Math.min(to - at, slot.length - slotBytes)
    slot.set(bytes.subarray(at, at + count), slotBytes)
    slotBytes += count
    at += count
    if (slotBytes === slot.length) publish()
  }
}

// So a caller that reads only the beginnings of many inputs pays for no more than that.
function mostFull(isAhead: boolean): number {
  return isAhead || producer.full < handedOver ? producer.slots.length : 1
}

function publish(): void {
  if (slotBytes === 0) return
  handedOver += 1
  if (producer.publish(slotBytes)) tell({ kind: 'filled' })
  slotBytes = 0
}

function portInput(port: MessagePort, checkpoint: () => void): CompressedInput {
  let chunk: Uint8Array = new Uint8Array(0)
  let position = 0
  return new CompressedInput((target) => {
    if (chunk.length === 0) {
      publish() // the next bytes may come late
      chunk = receive(port, checkpoint) ?? chunk
    }
    const part = chunk.subarray(0, target.length)
    target.set(part)
    chunk = chunk.subarray(part.length)
    position += part.length
    readUpTo(position)
    return part.length
  })
}

function receive(port: MessagePort, checkpoint: () => void): Uint8Array | null {
  let mail = Atomics.load(words, DecompressionWord.MAIL)
  tell({ kind: 'more' })
  for (;;) {
    const received: { message: Uint8Array | null } | undefined = receiveMessageOnPort(port)
    if (received !== undefined) return received.message
    Atomics.wait(words, DecompressionWord.MAIL, mail, SLEEP_MS)
    mail = Atomics.load(words, DecompressionWord.MAIL)
    checkpoint()
  }
}

// Bytes that are read twice count once.
function readUpTo(position: number): void {
  if (position > Atomics.load(progress, 0)) Atomics.store(progress, 0, BigInt(position))
}

function tell(message: DecompressionMessage): void {
  parentPort?.postMessage(message)
}
