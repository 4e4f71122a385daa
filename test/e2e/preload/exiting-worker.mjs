// Makes a worker end its thread when it has worked through its first records.
import { isMainThread } from 'node:worker_threads'

if (!isMainThread) Atomics.store = () => process.exit(7)
