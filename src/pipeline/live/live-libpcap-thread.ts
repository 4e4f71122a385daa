import { parentPort, workerData } from 'node:worker_threads'
import { loadLibpcap } from '../../capture/live/libpcap-library.js'
import { captureLoop } from '../../capture/live/libpcap-loop.js'
import { HANDOVER_MS, LibpcapSession } from '../../capture/live/libpcap-session.js'
import type { CaptureOptions } from '../../capture/live/live-capture.js'
import { createPump, type RecordPump } from '../../capture/live/record-pump.js'
import { SlotProducer } from '../../ring/slot-ring.js'
import type { LibpcapMessage, LibpcapTask } from './live-libpcap-messages.js'

/** Time between two messages with the kernel's counts. */
const STATUS_MS = 250
/** The kernel hands packets over within this time, with a good margin. */
const SAFE_MS = 10 * HANDOVER_MS

const { options, ring, stop }: LibpcapTask = workerData

function tell(message: LibpcapMessage): void {
  parentPort?.postMessage(message)
}

const library = await loadLibpcap(process.platform)
if ('reason' in library) {
  tell({ kind: 'failed', failure: library })
} else {
  const session = LibpcapSession.open(library, options)
  if ('kind' in session) {
    tell({ kind: 'failed', failure: session })
  } else {
    tell({ kind: 'opened', ...session.format })
    const producer = new SlotProducer(ring)
    const pump = createPump(library, session, producer.slots, process.platform)
    capture(session, producer, pump, options)
  }
}

function capture(
  session: LibpcapSession,
  producer: SlotProducer,
  pump: RecordPump,
  { snaplen, packetCount }: CaptureOptions,
): void {
  let saidAtMs = Number.NEGATIVE_INFINITY
  let completeToSec = 0
  const status = captureLoop({
    pump,
    ring: producer,
    snaplen,
    isNanosecond: session.format.isNanosecond,
    packetCount,
    stop: new Int32Array(stop),
    now: () => Date.now(),
    onFilled: () => tell({ kind: 'filled' }),
    onTurn(isEmpty) {
      if (isEmpty) completeToSec = Math.floor((Date.now() - SAFE_MS) / 1000)
      const now = performance.now()
      if (now - saidAtMs < STATUS_MS) return
      saidAtMs = now
      tell({ kind: 'status', counts: session.counts(), completeToSec })
    },
  })
  const problem = status < 0 ? session.problem : null
  const counts = session.counts()
  pump.close()
  session.close()
  tell({ kind: 'ended', counts, problem })
}
