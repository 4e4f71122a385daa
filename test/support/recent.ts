import { Comparison } from '../../src/stream/comparison.js'
import type { HalfStreams } from '../../src/stream/half-streams.js'
import { HeldStore } from '../../src/stream/held-store.js'
import { RecentSegments } from '../../src/stream/recent-segments.js'
import { MemorySpill } from '../stream/memory-spill.js'
import { pageArena } from './pages.js'

/** Recent segments whose bytes are all copied. */
export function copiedSegments(halves: HalfStreams): RecentSegments {
  const copies = new HeldStore(pageArena(8), new MemorySpill())
  return new RecentSegments(halves, copies, { read: () => false }, new Uint8Array(0), new Comparison())
}
