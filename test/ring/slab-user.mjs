// Takes marks from a ring: a slab to be looked at, or the end of an epoch. Posts how many slabs changed under it.
import { parentPort, workerData } from 'node:worker_threads'
import { RingConsumer } from '../../dist/ring/record-ring.js'
import { passEpoch } from '../../dist/ring/slab-pool.js'
import { Random } from '../../fixtures/generator/random.mjs'

const { ring, memory, passed, worker, slabBytes } =
  /** @type {{ ring: SharedArrayBuffer, memory: SharedArrayBuffer, passed: SharedArrayBuffer, worker: number, slabBytes: number }} */ (
    workerData
  )
const WAIT_MS = 1_000
const END = 0
const SLAB = 1

const consumer = new RingConsumer(ring)
const slabs = new Uint32Array(memory)
const epochs = new Int32Array(passed)
const random = new Random(worker)
/** Slabs of the epoch that is under way, and what they must hold until its end. @type {[number, number][]} */
let inUse = []
let looked = 0
let wrong = 0

/** @param {number} slab @param {number} content */
function look(slab, content) {
  looked += 1
  const from = slab / 4
  for (let i = from; i < from + slabBytes / 4; i++) {
    if (slabs[i] === content) continue
    wrong += 1
    return
  }
}

for (let isOver = false; !isOver; ) {
  const at = consumer.peek()
  if (at < 0) {
    consumer.waitForRecord(WAIT_MS)
    continue
  }
  const [kind, number = 0, content = 0] = consumer.words.subarray(at, at + 3)
  if (kind === SLAB) {
    look(number, content)
    inUse.push([number, content])
  } else if (kind === END) {
    isOver = true
  } else {
    if (random.chance(0.1)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    for (const [slab, expected] of inUse) look(slab, expected)
    inUse = []
    passEpoch(epochs, worker, number)
  }
  consumer.advance()
}
parentPort?.postMessage({ looked, wrong })
