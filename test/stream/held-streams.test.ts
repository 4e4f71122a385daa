import { describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/config/config.js'
import { pageArena } from '../support/pages.js'
import { setUp } from './reassembler-setup.js'

const MIB = 1024 * 1024

describe('a gap of a side whose peer has sent nothing', () => {
  function withGap(peerPackets = 0) {
    const setup = setUp({ heldBytes: DEFAULT_LIMITS.heldBytes, heldSegments: DEFAULT_LIMITS.heldSegments })
    setup.table.packets[1] = peerPackets
    setup.reassembler.start(0, 0)
    setup.push(0, 3, 'd', 10)
    return setup
  }

  it('is waited for no longer than 5 s after a segment above it', () => {
    const { reassembler, sink } = withGap()
    reassembler.held.giveUpGaps(0, 14, 999_999_999)
    expect(sink.calls).toEqual([])
    reassembler.held.giveUpGaps(0, 15, 0)
    expect(sink.calls).toEqual(['gap 0 0+3', 'data 0 d @10'])
  })

  it('is waited for until 1 MiB is held above it', () => {
    const { reassembler, sink, push } = withGap()
    push(0, 4, 'x'.repeat(MIB - 2), 10)
    reassembler.held.giveUpGaps(0, 10, 1)
    expect(sink.calls).toEqual([])
    push(0, 2 + MIB, 'y', 10)
    reassembler.held.giveUpGaps(0, 10, 1)
    expect(sink.calls[0]).toBe('gap 0 0+3')
  })

  it('has its own wait for each that follows', () => {
    const { reassembler, sink, push } = withGap()
    push(0, 6, 'g', 12)
    reassembler.held.giveUpGaps(0, 15, 0)
    expect(sink.text(0)).toBe('...d')
    reassembler.held.giveUpGaps(0, 17, 0)
    expect(sink.text(0)).toBe('...d..g')
  })

  it('is waited for as any other once the peer has sent something', () => {
    const { reassembler, sink, push } = withGap(1)
    push(0, 4, 'x'.repeat(2 * MIB), 10)
    reassembler.held.giveUpGaps(0, 1000, 0)
    expect(sink.calls).toEqual([])
  })
})

describe('the usual limits', () => {
  it('hold 64 MiB above a gap that is filled at last, in pages and in the spill file', () => {
    const { reassembler, sink, spill, push } = setUp({
      heldBytes: DEFAULT_LIMITS.heldBytes,
      heldSegments: DEFAULT_LIMITS.heldSegments,
      pages: pageArena(16),
    })
    reassembler.start(0, 0)
    const segment = 64 * 1024
    for (let i = 0; i < 1024; i++)
      push(0, 1 + i * segment, String.fromCharCode(97 + (i % 26)).repeat(segment))
    expect([sink.calls, reassembler.held.heldBytesHits]).toEqual([[], 0])
    expect(spill.keptBytes).toBeGreaterThan(60 * MIB)
    push(0, 0, '-')
    expect(sink.calls).toHaveLength(1025)
    expect(sink.calls.every((call) => call.startsWith('data'))).toBe(true)
    expect(spill.keptBytes).toBe(0)
  })

  it('hold 262,144 segments of 64 bytes in the memory that these need', () => {
    const { reassembler, sink, store, push } = setUp({
      heldBytes: DEFAULT_LIMITS.heldBytes,
      heldSegments: DEFAULT_LIMITS.heldSegments,
      pages: pageArena(128),
    })
    reassembler.start(0, 0)
    const text = 'x'.repeat(64)
    for (let i = DEFAULT_LIMITS.heldSegments; i > 0; i--) push(0, 64 * i, text)
    expect([sink.calls, store.segments, store.spilledBytes]).toEqual([[], DEFAULT_LIMITS.heldSegments, 0])
    expect(store.isFull).toBe(false)
    push(0, 0, text)
    expect(sink.calls).toHaveLength(DEFAULT_LIMITS.heldSegments + 1)
    expect(reassembler.held.heldSegmentsHits).toBe(0)
  })
})
