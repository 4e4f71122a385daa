import { expect, it } from 'vitest'
import { setUpTracker } from './packets.js'

const HELD_BYTES = 2_000

// [what, scale of a's SYN, scale of b's SYN, window of b, whether a segment 3,000 bytes ahead waits]
it.each<[string, number, number, number, boolean]>([
  ['less than the usual limit', 4, 4, 100, false],
  ['a window that is shifted beyond it', 4, 4, 300, true],
  ['a window that is large without', -1, -1, 4_800, true],
  ['a window that only its own side would shift', -1, 4, 300, false],
  ['a window that only the other side would shift', 4, -1, 300, false],
])('holds as much as the receiver lets come: %s', (_what, scaleA, scaleB, window, waits) => {
  const setup = setUpTracker({ heldBytes: HELD_BYTES })
  setup.a({ flags: 'S', seq: 99 })
  setup.b({ flags: 'S.', seq: 499, ack: 100 })
  setup.tracker.table.windowScale.set([scaleA + 1, scaleB + 1]) // from options, which the test's segments have not
  const segment = 'x'.repeat(1_000)
  setup.a({ flags: '.', seq: 101, ack: 500, data: segment })
  setup.b({ flags: '.', seq: 500, ack: 100, window })
  for (const seq of [1_101, 2_101]) setup.a({ flags: '.', seq, ack: 500, data: segment })
  setup.a({ flags: '.', seq: 100, ack: 500, data: '-' })
  const [connection] = setup.end()
  expect(connection!.missed[0]).toBe(waits ? 0 : 1)
  expect(setup.tracker.reassembler.held.heldBytesHits).toBe(waits ? 0 : 1)
})
