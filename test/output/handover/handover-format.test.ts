import { expect, it } from 'vitest'
import { blankChunk } from '../../../src/output/chunk.js'
import { CHUNK_HEADER_BYTES, HandoverFormat } from '../../../src/output/handover/handover-format.js'
import { RecordingTarget } from '../recording-target.js'

it('HandoverFormat writes a header before each chunk, and tells of lost bytes without showing them', () => {
  const target = new RecordingTarget()
  const format = new HandoverFormat()
  const bytes = new TextEncoder().encode('--ls\n--')
  format.write(target, {
    ...blankChunk(),
    side: 1,
    tsSec: 2 ** 33 + 1,
    tsNsec: 999_999_999,
    zeros: 2 ** 40,
    bytes,
    from: 2,
    to: 5,
  })
  format.write(target, { ...blankChunk(), bytes, from: 2, to: 2 })
  const written = Buffer.from(target.text, 'latin1')
  expect(written.length).toBe(2 * CHUNK_HEADER_BYTES + 3)
  expect(written.readDoubleLE(0)).toBe(2 ** 33 + 1)
  expect(written.readDoubleLE(8)).toBe(2 ** 40)
  expect([16, 20, 24].map((at) => written.readUInt32LE(at))).toEqual([999_999_999, 3, 1])
  expect(written.toString('latin1', 28, 31)).toBe('ls\n')
  expect(written.subarray(31).every((byte) => byte === 0)).toBe(true)
})
