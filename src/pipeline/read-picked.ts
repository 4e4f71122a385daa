import type { CaptureDescription } from '../capture/capture-description.js'
import type { CapturedPacket } from '../capture/captured-packet.js'
import { CaptureWindows, TwoAreas } from '../input/capture-windows.js'
import { PacketCursor } from '../input/packet-cursor.js'
import { MOST_INTERFACES, type PickedInput, PickedReading } from './reading/picked-reading.js'
import { ThreadedDecompression } from './unpack/threaded-decompression.js'

const READ_BYTES = 256 * 1024

/** Takes a packet, which is valid during the call, and where its record stands. */
export type TakePicked = (
  bytes: Uint8Array,
  packet: CapturedPacket,
  origin: {
    readonly input: number
    readonly description: CaptureDescription | null
    readonly isBigEndian: boolean
  },
  position: number,
) => void

/**
 * Reads some packets of inputs, in the order of the inputs and their records.
 *
 * @param keepUp Called after each packet: what it returns is waited for.
 * @throws InputError, CaptureFormatError where one of them is not to be had.
 */
export async function readPicked(
  inputs: readonly PickedInput[],
  take: TakePicked,
  keepUp: () => Promise<void> | null = () => null,
): Promise<void> {
  const decompression = new ThreadedDecompression()
  const reading = new PickedReading(inputs, decompression)
  const areas = new TwoAreas(READ_BYTES)
  const options = { maxInterfaces: MOST_INTERFACES }
  try {
    for (const [i, input] of reading.inputs.entries()) {
      const source = reading.open(input)
      const windows = new CaptureWindows(source, input.path, options, areas, reading.createReader)
      const cursor = new PacketCursor(windows, areas)
      try {
        await cursor.each(() => {
          const { isBigEndian, origin, description } = windows.reader!
          take(
            areas.bytes,
            cursor.packet,
            { input: inputs[i]!.number, description, isBigEndian },
            origin.position,
          )
          return keepUp()
        })
        if (windows.reader?.problem) throw windows.reader.problem
      } finally {
        await cursor.close()
      }
    }
  } finally {
    await decompression.close()
  }
}
