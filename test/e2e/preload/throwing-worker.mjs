// Makes a worker throw when it has worked through its first records.
import { isMainThread } from 'node:worker_threads'

if (!isMainThread) {
  Atomics.store = () => {
    throw new Error('broken for the test')
  }
}
