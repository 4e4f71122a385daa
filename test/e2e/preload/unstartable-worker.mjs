// Makes every worker but the first fail before it gets to its work, and the first one slow to end.
import { isMainThread, threadId } from 'node:worker_threads'

const SLOW_MS = 1_500

if (!isMainThread) {
  if (threadId > 1) throw new Error('no start for the test')
  const wait = Atomics.wait
  const never = new Int32Array(new SharedArrayBuffer(4))
  Object.assign(Atomics, {
    wait: (/** @type {Parameters<typeof wait>} */ ...args) => {
      const result = wait(...args)
      wait(never, 0, 0, SLOW_MS)
      return result
    },
  })
}
