import type { EventEmitter } from 'node:events'
import { afterEach, expect, it, vi } from 'vitest'
import type { DecompressionTask } from '../../../src/pipeline/unpack/decompression-messages.js'
import { DecompressionThreads } from '../../../src/pipeline/unpack/thread-pool.js'

const { workers } = vi.hoisted(() => ({ workers: [] as FakeWorker[] }))

/** A thread that does what a test says. */
interface FakeWorker extends EventEmitter {
  readonly tasks: DecompressionTask[]
}

vi.mock('node:worker_threads', async (importOriginal) => {
  const { EventEmitter } = await import('node:events')
  class Worker extends EventEmitter implements FakeWorker {
    readonly tasks: DecompressionTask[] = []

    constructor() {
      super()
      workers.push(this)
    }

    postMessage(task: DecompressionTask): void {
      this.tasks.push(task)
    }

    ref(): void {}
    unref(): void {}
    async terminate(): Promise<void> {
      this.emit('exit', 1)
    }
  }
  return { ...(await importOriginal<typeof import('node:worker_threads')>()), Worker }
})

afterEach(() => {
  workers.length = 0
})

const FILE = { path: 'a.gz', totalBytes: 100 }

it('gives the next input to a thread that is done, and to none that has died meanwhile', async () => {
  const threads = new DecompressionThreads()
  for (let inputs = 1; inputs <= 3; inputs++) {
    const source = threads.open('gzip', FILE, true)
    workers[0]!.emit('message', { kind: 'done', problem: null })
    await source.close()
    expect(workers.map(({ tasks }) => tasks.length)).toEqual([inputs])
  }
  workers[0]!.emit('exit', 1)
  const source = threads.open('gzip', FILE, true)
  expect(workers.map(({ tasks }) => tasks.length)).toEqual([3, 1])
  workers[1]!.emit('error', new Error('out of memory'))
  expect(await source.read(new Uint8Array(10))).toBe(0)
  expect(source.problem).toEqual({ offset: 0, message: 'cannot be unpacked: out of memory', kind: 'run' })
  await source.close()
})

it('ends a read and a close that wait for a thread which ends', async () => {
  const threads = new DecompressionThreads()
  const source = threads.open('gzip', FILE, false)
  const reading = source.read(new Uint8Array(10))
  const closing = source.close()
  await threads.close()
  await closing
  expect(await reading).toBe(0)
})
