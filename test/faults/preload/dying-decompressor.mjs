// Ends the thread that unpacks an input before it gives what it has unpacked.
import { isMainThread, workerData } from 'node:worker_threads'

if (!isMainThread && workerData !== null && typeof workerData === 'object' && 'progress' in workerData) {
  Atomics.store = () => process.exit(7)
}
