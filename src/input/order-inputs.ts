import type { CaptureReaderOptions } from '../capture/capture-reader.js'
import { InputError, NoCaptureError } from '../errors.js'
import type { ByteSource, WrapSource } from './byte-source.js'
import { TwoAreas, windowsOf } from './capture-windows.js'
import type { Decompression } from './decompression.js'
import type { Input } from './input.js'
import { openInput } from './open-byte-source.js'
import { PacketCursor } from './packet-cursor.js'

/** Files examined in parallel. */
const CONCURRENCY = 8
const FIRST_BYTES = 64 * 1024
/** An input whose first packet is not within this many bytes counts as an input without a time. */
const MOST_BYTES = 16 * 1024 * 1024

/** Time of a packet. */
export interface FirstTime {
  readonly sec: number
  readonly nsec: number
}

/**
 * Sorts inputs by the time of their first packets; equal ones keep their order. Inputs without a known first packet
 * come last in their order: standard input, which cannot be examined without consuming it (and is usually an ongoing
 * capture), and files that are not captures. An input that cannot be read now fails, even if it could be read later,
 * because its position is unknown.
 */
export async function orderByFirstPacket(
  inputs: readonly Input[],
  options: Pick<CaptureReaderOptions, 'maxInterfaces'>,
  decompression: Decompression | null = null,
  wrap: WrapSource = (_input, source) => source,
): Promise<Input[]> {
  if (inputs.length < 2) return [...inputs]
  return inFirstOrder(inputs, await firstTimes(inputs, options, decompression, wrap))
}

/**
 * The times of the inputs' first packets, each file opened once. Null: unknown. An error says why it cannot be read now
 * (InputError), or that it is no capture (NoCaptureError).
 */
export async function firstTimes(
  inputs: readonly Input[],
  options: Pick<CaptureReaderOptions, 'maxInterfaces'>,
  decompression: Decompression | null = null,
  wrap: WrapSource = (_input, source) => source,
): Promise<(FirstTime | InputError | NoCaptureError | null)[]> {
  const found: (FirstTime | InputError | NoCaptureError | null)[] = inputs.map(() => null)
  let next = 0
  const look = async () => {
    const areas = new TwoAreas(FIRST_BYTES)
    while (next < inputs.length) {
      const i = next++
      const input = inputs[i]
      if (input?.kind !== 'file') continue
      found[i] = await firstTime(input, () => wrap(input, openInput(input, decompression)), areas, options)
    }
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, inputs.length) }, look))
  return found
}

/** The inputs in the order of their first packets. @param found See {@link firstTimes}. */
export function inFirstOrder(
  inputs: readonly Input[],
  found: readonly (FirstTime | InputError | NoCaptureError | null)[],
): Input[] {
  return inputs
    .map((input, i) => placed(input, found[i] ?? null))
    .sort((a, b) => compareTimes(a.time, b.time))
    .map(({ input }) => input)
}

function placed(input: Input, found: FirstTime | InputError | NoCaptureError | null) {
  if (found instanceof InputError) return { input: { ...input, failure: found }, time: null }
  return { input, time: found instanceof NoCaptureError ? null : found }
}

function compareTimes(a: FirstTime | null, b: FirstTime | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
  return a.sec - b.sec || a.nsec - b.nsec
}

async function firstTime(
  input: Input,
  open: () => ByteSource,
  areas: TwoAreas,
  options: Pick<CaptureReaderOptions, 'maxInterfaces'>,
): Promise<FirstTime | InputError | NoCaptureError | null> {
  let source: ByteSource | null = null
  let cursor: PacketCursor | null = null
  try {
    source = open()
    cursor = new PacketCursor(windowsOf(source, '', options, areas), areas)
    let status = cursor.next()
    while (status === 'more' && (cursor.reader?.fileOffset ?? 0) < MOST_BYTES) {
      await cursor.fill()
      status = cursor.next()
    }
    const { tsSec, tsNsec } = cursor.packet
    return status === 'packet' ? { sec: tsSec, nsec: tsNsec } : failureOf(input, source)
  } catch (error) {
    if (error instanceof InputError) return error
    const failure = source === null ? null : failureOf(input, source)
    if (failure !== null || source?.problem) return failure
    return error instanceof NoCaptureError ? error : null // problems of the content are reported when it is read
  } finally {
    await cursor?.close()
  }
}

function failureOf({ path }: Input, { problem }: ByteSource): InputError | null {
  if (problem?.isOfSystem !== true) return null
  return new InputError(`Cannot read "${path}": ${problem.message}`, path, { kind: problem.kind })
}
