// Reads all records of a ring and posts how many were wrong.
import { parentPort, workerData } from 'node:worker_threads'
import { RingConsumer } from '../../dist/ring/record-ring.js'
import { batches, isRecord } from './record-content.mjs'

const { shared, records, seed } =
  /** @type {{ shared: SharedArrayBuffer, records: number, seed: number }} */ (workerData)
const WAIT_MS = 1_000

const ring = new RingConsumer(shared)
const nextBatch = batches(seed)
let wrong = 0
let left = nextBatch()
for (let number = 0; number < records; ) {
  const at = ring.peek()
  if (at < 0) {
    ring.waitForRecord(WAIT_MS)
    continue
  }
  if (!isRecord(ring.words, at, number)) wrong += 1
  ring.advance()
  number += 1
  left -= 1
  if (left > 0) continue
  ring.release()
  left = nextBatch()
}
ring.release()
parentPort?.postMessage({ wrong, isEmpty: ring.peek() === -1 })
