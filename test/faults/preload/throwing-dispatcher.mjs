// Makes the main thread throw, once, while it gives packets to workers.
import { isMainThread } from 'node:worker_threads'

const AFTER_CALLS = 3

if (isMainThread) {
  const { store } = Atomics
  let calls = 0
  Object.assign(Atomics, {
    store: (/** @type {Parameters<typeof store>} */ ...args) => {
      calls += 1
      if (calls === AFTER_CALLS) throw new Error('broken for the test')
      return store(...args)
    },
  })
}
