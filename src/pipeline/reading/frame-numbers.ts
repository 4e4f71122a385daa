import { CaptureFormatError } from '../../errors.js'
import { TwoAreas, windowsOf } from '../../input/capture-windows.js'
import { PacketCursor } from '../../input/packet-cursor.js'
import { RangeSource } from '../../input/range-source.js'
import { isSparse, MOST_INTERFACES, type PickedInput } from './picked-reader.js'

const READ_BYTES = 128 * 1024

/**
 * Finds the numbers of an input's picked records, where that is not done when they are read: counts on from the checkpoint
 * before each.
 *
 * @param checkpoints Positions of records and their numbers, in turn, in ascending order.
 * @throws InputError
 */
export async function numberFrames(input: PickedInput, checkpoints: readonly number[]): Promise<void> {
  const { positions, frames } = input
  if (frames === undefined || !isSparse(input)) return
  let at = 0
  for (let next = 0; next < positions.length; ) {
    while (checkpoints[at] !== undefined && checkpoints[at]! <= positions[next]!) at += 2
    const end = checkpoints[at] ?? Number.POSITIVE_INFINITY
    let to = next + 1
    while (to < positions.length && positions[to]! < end) to += 1
    const from = checkpoints[at - 2] ?? 0
    await countFrom(input, from, at === 0 ? 1 : checkpoints[at - 1]!, next, to)
    next = to
  }
}

// Numbers the records at positions[next] to positions[to - 1]: the one at `from` has this number.
async function countFrom(
  { path, facts, positions, frames }: PickedInput,
  from: number,
  firstNumber: number,
  next: number,
  to: number,
): Promise<void> {
  const headers = from === 0 ? [] : headersBefore(facts.headers?.ranges ?? [], from)
  const source = new RangeSource(path, [...headers, from, Number.POSITIVE_INFINITY])
  const areas = new TwoAreas(READ_BYTES)
  const cursor = new PacketCursor(windowsOf(source, path, { maxInterfaces: MOST_INTERFACES }, areas), areas)
  const skipped = from - headers.reduce((bytes, offset, i) => bytes + (i % 2 === 0 ? -offset : offset), 0)
  let number = firstNumber
  try {
    let i = next
    await cursor.each(() => {
      const position = cursor.reader!.base + cursor.packet.recordFrom + skipped
      while (i < to && positions[i]! < position) i += 1 // damage: its number is not known
      if (positions[i] === position) {
        frames!.numbers[i] = number
        i += 1
      }
      number += 1
      return i < to
    })
  } catch (error) {
    if (!(error instanceof CaptureFormatError)) throw error
  } finally {
    await cursor.close()
  }
}

function headersBefore(ranges: readonly number[], from: number): number[] {
  return ranges.filter((_, i) => ranges[i % 2 === 0 ? i + 1 : i]! <= from)
}
