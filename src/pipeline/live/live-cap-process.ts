import { fstatSync, writeSync } from 'node:fs'
import { loadCap } from '../../capture/live/cap-module.js'
import { CapSession } from '../../capture/live/cap-session.js'
import type { CapMessage, CapTask } from './live-cap-messages.js'

/** Descriptor of the stop file. A byte in it ends the capture. It can be read while the event loop is busy. */
const STOP_FLAG = 0
/** Descriptor of the pipe that takes the pcap stream. A write returns when the other end has taken the bytes. */
const STREAM = 1
/** Pause between two checks while no packet comes. */
const TURN_MS = 5

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {}) // the parent decides when to end
process.on('SIGUSR1', () => {}) // otherwise Node.js opens its inspector
process.on('disconnect', () => process.exit())
process.once('message', (task: CapTask) => void capture(task))

async function capture({ options }: CapTask): Promise<void> {
  const cap = await loadCap()
  if ('reason' in cap) return end({ kind: 'failed', failure: cap })
  let isEnded = false
  const session = CapSession.open(
    {
      cap,
      now: () => performance.timeOrigin + performance.now(),
      write: writeAll,
      isToStop: () => fstatSync(STOP_FLAG).size > 0,
      onEnd() {
        isEnded = true
        process.disconnect()
      },
    },
    options,
  )
  if ('kind' in session) return end({ kind: 'failed', failure: session })
  tell({ kind: 'opened', linkType: session.linkType })
  // libuv polls between two immediates, so cap has had its turn. Two timers may fire without a poll between them when the
  // process had to wait for a processor.
  const turn = () => {
    session.turn()
    if (!isEnded) setTimeout(() => setImmediate(turn), TURN_MS)
  }
  turn()
}

function tell(message: CapMessage, then = () => {}): void {
  process.send?.(message, undefined, undefined, then)
}

function end(message: CapMessage): void {
  tell(message, () => process.disconnect())
}

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(STREAM, bytes, at)
}
