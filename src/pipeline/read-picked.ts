import type { CaptureDescription } from '../capture/capture-description.js'
import type { DescribedReader } from '../capture/capture-reader.js'
import type { CapturedPacket } from '../capture/captured-packet.js'
import { CaptureWindows, TwoAreas } from '../input/capture-windows.js'
import type { Decompression } from '../input/decompression.js'
import { PacketCursor } from '../input/packet-cursor.js'
import {
  MOST_INTERFACES,
  openPicked,
  openToMerge,
  type Picked,
  type PickedInput,
  pickedReaderOf,
} from './reading/picked-reader.js'
import { ThreadedDecompression } from './unpack/threaded-decompression.js'

const READ_BYTES = 256 * 1024
const OPTIONS = { maxInterfaces: MOST_INTERFACES }

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
 * Reads some packets of inputs: of those that are merged in the order of their times, otherwise in the order of the inputs and
 * their records.
 *
 * @param keepUp Called after each packet: what it returns is waited for.
 * @throws InputError, CaptureFormatError where one of them is not to be had.
 */
export async function readPicked(
  { inputs, isMerged }: Picked,
  take: TakePicked,
  keepUp: () => Promise<void> | null = () => null,
): Promise<void> {
  const decompression = new ThreadedDecompression()
  try {
    if (isMerged) return await readMerged(inputs, decompression, take, keepUp)
    for (const input of inputs) await readOne(input, decompression, take, keepUp)
  } finally {
    await decompression.close()
  }
}

async function readOne(
  input: PickedInput,
  decompression: Decompression,
  take: TakePicked,
  keepUp: () => Promise<void> | null,
): Promise<void> {
  const areas = new TwoAreas(READ_BYTES)
  const source = openPicked(input, decompression)
  const windows = new CaptureWindows(source, input.path, OPTIONS, areas, pickedReaderOf(input))
  const cursor = new PacketCursor(windows, areas)
  try {
    await cursor.each(() => {
      takeFrom(cursor, take)
      return keepUp()
    })
    if (cursor.reader?.problem) throw cursor.reader.problem
  } finally {
    await cursor.close()
  }
}

async function readMerged(
  inputs: readonly PickedInput[],
  decompression: Decompression,
  take: TakePicked,
  keepUp: () => Promise<void> | null,
): Promise<void> {
  const { MergedPackets } = await import('../input/merge/merged-packets.js')
  const packets = new MergedPackets(openToMerge(inputs, decompression), OPTIONS)
  try {
    await packets.each(({ cursor }) => {
      takeFrom(cursor!, take)
      return keepUp()
    })
    for (const { error, cursor } of packets.parts) {
      const problem = error ?? cursor?.reader?.problem ?? null
      if (problem !== null) throw problem
    }
  } finally {
    await packets.close()
  }
}

function takeFrom({ bytes, packet, reader }: PacketCursor<DescribedReader>, take: TakePicked): void {
  const { isBigEndian, origin } = reader!
  const { input, position } = origin!
  take(bytes, packet, { input, description: reader!.describe(), isBigEndian }, position)
}
