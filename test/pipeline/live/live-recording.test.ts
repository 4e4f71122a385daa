import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blankCapturedPacket } from '../../../src/capture/captured-packet.js'
import { PcapngReader } from '../../../src/capture/pcapng-reader.js'
import { OutputError } from '../../../src/errors.js'
import { LiveRecording } from '../../../src/pipeline/live/live-recording.js'
import { withFolder } from '../../support/program.js'

const about = { name: 'lo', linkType: 1, snaplen: 100, filter: null, application: 'test' }

function packetsIn(path: string): number {
  const file = readFileSync(path)
  const reader = new PcapngReader(path, { maxInterfaces: 1, isDecompressed: false })
  reader.window(file, 0, file.length, true)
  const out = blankCapturedPacket()
  let count = 0
  while (reader.next(out) === 'packet') count += 1
  expect(reader.problem).toBeNull()
  return count
}

describe('LiveRecording', () => {
  const frame = new Uint8Array(60_000)
  const packet = {
    ...blankCapturedPacket(),
    tsSec: 5,
    from: 0,
    to: frame.length,
    originalBytes: frame.length,
  }

  it('is a readable capture after every flush, and at the end', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'deep', 'raw.pcapng')
      const recording = LiveRecording.create(path, about, false)
      expect(packetsIn(path)).toBe(0)
      recording.packet(frame, packet)
      recording.flush()
      expect(packetsIn(path)).toBe(1)
      for (let i = 0; i < 50; i++) recording.packet(frame, packet)
      recording.finish(null)
      recording.finish(null)
      expect([packetsIn(path), recording.failure]).toEqual([51, null])
    })
  })

  it('takes frames that are larger than its buffer', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'raw.pcapng')
      const recording = LiveRecording.create(path, about, false)
      const huge = new Uint8Array(2 ** 20 + 5)
      recording.packet(huge, { ...packet, to: huge.length, originalBytes: huge.length })
      recording.packet(frame, packet)
      recording.finish(null)
      expect(packetsIn(path)).toBe(2)
    })
  })

  it('never touches a file that exists, unless it is forced', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'raw.pcapng')
      writeFileSync(path, 'mine')
      expect(() => LiveRecording.create(path, about, false)).toThrow(OutputError)
      expect(readFileSync(path, 'utf8')).toBe('mine')
      LiveRecording.create(path, about, true).finish(null)
      expect(packetsIn(path)).toBe(0)
    })
  })

  it.runIf(existsSync('/dev/full'))('ends where the disk is full, and keeps why', () => {
    expect(() => LiveRecording.create('/dev/full', about, false).packet(frame, packet)).not.toThrow()
    const recording = LiveRecording.create('/dev/full', about, false)
    recording.packet(frame, packet)
    recording.finish(null)
    expect(recording.failure?.message).toBe('Cannot write "/dev/full": no space left on device (ENOSPC)')
  })
})
