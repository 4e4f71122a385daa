import type { DescribedReader } from '../capture/capture-reader.js'
import { InputError } from '../errors.js'
import { TwoAreas, windowsOf } from '../input/capture-windows.js'
import type { Decompression } from '../input/decompression.js'
import { openInput } from '../input/open-byte-source.js'
import { PacketCursor } from '../input/packet-cursor.js'
import type { InputFacts, ReadAgain, TakeAgain } from '../output/output.js'
import { ThreadedDecompression } from './unpack/threaded-decompression.js'

const READ_BYTES = 1024 * 1024

type Facts = Pick<InputFacts, 'path' | 'linkType'>

/** Reads all packets of inputs once more, as they were read, by whoever wants them after the run. */
export function readAgainWith(maxInterfaces: number): ReadAgain {
  return async (inputs, take) => {
    const decompression = new ThreadedDecompression()
    try {
      if (inputs.length === 1) await readOne(inputs[0]!, maxInterfaces, decompression, take)
      else await readMerged(inputs, maxInterfaces, decompression, take)
    } finally {
      await decompression.close()
    }
  }
}

async function readOne(
  facts: Facts,
  maxInterfaces: number,
  decompression: Decompression,
  take: TakeAgain,
): Promise<void> {
  const areas = new TwoAreas(READ_BYTES)
  const source = openInput({ kind: 'file', path: facts.path }, decompression)
  const cursor = new PacketCursor(windowsOf(source, facts.path, { maxInterfaces }, areas), areas)
  const takeFrom = takerOf(take)
  try {
    await cursor.each(() => takeFrom(cursor, facts, 0, cursor.reader!.base + cursor.packet.recordFrom))
  } finally {
    await cursor.close()
  }
}

async function readMerged(
  inputs: readonly Facts[],
  maxInterfaces: number,
  decompression: Decompression,
  take: TakeAgain,
): Promise<void> {
  const { MergedPackets } = await import('../input/merge/merged-packets.js')
  const packets = new MergedPackets(
    inputs.map(({ path }) => ({ input: { kind: 'file', path }, source: opened(path, decompression) })),
    { maxInterfaces },
  )
  const takers = inputs.map(() => takerOf(take))
  try {
    await packets.each(({ cursor, number }, rank) => takers[number]!(cursor!, inputs[number]!, number, rank))
  } finally {
    await packets.close()
  }
}

function opened(path: string, decompression: Decompression) {
  try {
    return openInput({ kind: 'file', path }, decompression)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
}

// Hands packets over. Interfaces are described once for as many as there are.
function takerOf(take: TakeAgain) {
  let description: ReturnType<DescribedReader['describe']> = null
  let interfaces = -1
  return (
    { bytes, packet, reader }: PacketCursor<DescribedReader>,
    { linkType }: Facts,
    input: number,
    place: number,
  ): boolean => {
    const { isBigEndian, interfaceCount } = reader!
    if (linkType !== null) packet.linkType = linkType
    if (interfaces !== interfaceCount) description = reader!.describe()
    interfaces = interfaceCount
    return take(bytes, packet, { input, description, isBigEndian }, place)
  }
}
