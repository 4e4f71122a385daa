import type { CaptureDescription } from '../capture/capture-description.js'
import { createCaptureReader } from '../capture/open-capture-reader.js'
import { CaptureWindows, TwoAreas } from '../input/capture-windows.js'
import { openInput } from '../input/open-byte-source.js'
import { PacketCursor } from '../input/packet-cursor.js'
import type { ReadAgain } from '../output/output.js'
import { ThreadedDecompression } from './unpack/threaded-decompression.js'

const READ_BYTES = 1024 * 1024

/** Reads all packets of an input once more, as they were read, by whoever wants them after the run. */
export function readAgainWith(maxInterfaces: number): ReadAgain {
  return async ({ path, linkType }, take) => {
    const decompression = new ThreadedDecompression()
    const areas = new TwoAreas(READ_BYTES)
    try {
      const source = openInput({ kind: 'file', path }, decompression)
      const windows = new CaptureWindows(source, path, { maxInterfaces }, areas, createCaptureReader)
      const cursor = new PacketCursor(windows, areas)
      try {
        let description: CaptureDescription | null = null
        let interfaces = -1
        await cursor.each(() => {
          const { base, isBigEndian, interfaceCount } = windows.reader!
          const { packet } = cursor
          if (linkType !== null) packet.linkType = linkType
          if (interfaces !== interfaceCount) description = windows.reader!.describe()
          interfaces = interfaceCount
          return take(areas.bytes, packet, { description, isBigEndian }, base + packet.recordFrom)
        })
      } finally {
        await cursor.close()
      }
    } finally {
      await decompression.close()
    }
  }
}
