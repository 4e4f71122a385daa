// Makes a worker keep all that it can get when it has worked through its first records.
import { isMainThread } from 'node:worker_threads'

if (!isMainThread) {
  const kept = /** @type {unknown[]} */ ([])
  Atomics.store = () => {
    for (;;) kept.push(new Array(1_000).fill(kept.length))
  }
}
