import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ByteSource } from '../../../src/input/byte-source.js'
import type { Input } from '../../../src/input/input.js'
import { InputWatch } from '../../../src/pipeline/reading/input-watch.js'

const FILE: Input = { kind: 'file', path: 'a.pcap' }
const STDIN: Input = { kind: 'stdin', path: '-' }
const told: string[] = []
let nowMs = 0

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  told.length = 0
})
afterEach(() => vi.useRealTimers())

function createWatch(): InputWatch {
  return new InputWatch(
    { onNotice: (text) => told.push(`notice: ${text}`), onSilence: (text) => told.push(text) },
    () => nowMs,
  )
}

/** Lets so many seconds pass, one look for each. */
function pass(seconds: number): void {
  for (let i = 0; i < seconds; i++) {
    nowMs += 1000
    vi.advanceTimersByTime(1000)
  }
}

/** A source that gives a byte when it is told to. */
class SlowSource implements ByteSource {
  readonly isAtEnd = false
  readonly totalBytes = null
  readonly isDecompressed = false
  readonly problem = null
  bytesRead = 7
  give = () => {}

  read(): Promise<number> {
    return new Promise((resolve) => {
      this.give = () => resolve(1)
    })
  }

  async close(): Promise<void> {}
}

it('names an input that gives nothing for 30 s, once', async () => {
  const watch = createWatch()
  const slow = new SlowSource()
  const source = watch.over(FILE, slow)
  const reading = source.read(new Uint8Array(1))
  pass(29)
  expect([told, watch.silent]).toEqual([[], null])
  pass(2)
  expect(told).toEqual(['"a.pcap" has given nothing for 30 s, at byte 7: it is waited for'])
  expect(watch.silent).toEqual({ input: 'a.pcap', silentSec: 31 })
  pass(100)
  slow.give()
  expect(await reading).toBe(1)
  expect(watch.silent).toBeNull()
  const again = source.read(new Uint8Array(1))
  pass(40)
  expect(watch.silent).toEqual({ input: 'a.pcap', silentSec: 40 })
  expect(told).toHaveLength(1)
  slow.give()
  await again
  watch.stop()
})

it('counts only the time of one read, and none while nobody reads', async () => {
  const watch = createWatch()
  const slow = new SlowSource()
  const source = watch.over(FILE, slow)
  for (let i = 0; i < 4; i++) {
    const reading = source.read(new Uint8Array(1))
    pass(20)
    slow.give()
    await reading
    pass(1000)
  }
  expect(told).toEqual([])
  watch.stop()
})

it('takes no input for silent because the process stood still', () => {
  const watch = createWatch()
  void watch.over(FILE, new SlowSource()).read(new Uint8Array(1))
  nowMs += 3_600_000
  vi.advanceTimersByTime(1000)
  pass(20)
  expect(told).toEqual([])
  pass(10)
  expect(told).toHaveLength(1)
  watch.stop()
})

it('tells of standard input as of what may be so, and of each of several inputs', () => {
  const watch = createWatch()
  void watch.over(STDIN, new SlowSource()).read(new Uint8Array(1))
  pass(10)
  void watch.over(FILE, new SlowSource()).read(new Uint8Array(1))
  pass(30)
  expect(told).toEqual([
    'notice: Standard input has given nothing for 30 s: it is waited for (Ctrl-C ends)',
    '"a.pcap" has given nothing for 30 s, at byte 7: it is waited for',
  ])
  expect(watch.silent).toEqual({ input: '-', silentSec: 40 })
  watch.stop()
  pass(100)
  expect(watch.silent?.silentSec).toBe(40)
})
