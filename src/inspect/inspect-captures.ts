import type { Readable } from 'node:stream'
import type { CaptureDescription } from '../capture/capture-description.js'
import type { DescribedReader } from '../capture/capture-reader.js'
import { createCaptureReader } from '../capture/open-capture-reader.js'
import type { Config } from '../config/config.js'
import { CaptureFormatError, InputError } from '../errors.js'
import type { ByteSource } from '../input/byte-source.js'
import { CaptureWindows, type CreateReader } from '../input/capture-windows.js'
import { expandInputs } from '../input/expand-inputs.js'
import type { Input } from '../input/input.js'
import { LinkSample, SAMPLE_BYTES } from '../pipeline/line/link-sample.js'
import { InputOpener } from '../pipeline/reading/input-opener.js'
import { isPassedOver, problemsOf, statusOf } from '../pipeline/reading/input-problems.js'
import { ThreadedDecompression } from '../pipeline/unpack/threaded-decompression.js'
import type { SkippedInputs } from '../summary.js'
import { shownPath } from '../system-path.js'
import { EncapTable, EncapWriter } from '../wire/encap-table.js'
import { linkTypeName } from '../wire/link/link-types.js'
import { PacketDecoder } from '../wire/packet-decoder.js'
import { CaptureBuffer } from './capture-buffer.js'
import type { CaptureInspection, InspectedFormat, InspectedInterface } from './inspection.js'
import { durationSeconds, isoTime } from './iso-time.js'
import { PacketTally } from './packet-tally.js'

/** Options of an inspection: the options of a conversion that concern reading. */
export type InspectConfig = Pick<Config, 'inputs' | 'decap' | 'decodeAs' | 'linkType' | 'limits'>

/**
 * Inspects captures one after the other without converting them.
 *
 * @param stdin     The stream for the input `-`.
 * @param onCapture Called with the result for each capture, in the order of the arguments.
 * @returns A message for each argument that matched no input, and counts of files that are not captures.
 */
export async function inspectCaptures(
  config: InspectConfig,
  stdin: Readable,
  onCapture: (inspection: CaptureInspection) => void,
): Promise<{ errors: string[]; skipped: SkippedInputs }> {
  const { inputs, problems, skipped } = expandInputs(config.inputs)
  const buffer = new CaptureBuffer()
  // One block of shared memory for all captures: the garbage collector would free separate blocks late.
  const encaps = EncapTable.allocate(config.limits.encaps)
  const decompression = new ThreadedDecompression()
  const opener = new InputOpener(inputs, decompression, stdin)
  try {
    for (const input of inputs) {
      const inspection = await inspectInput(config, input, opener, { buffer, encaps })
      if (inspection === null) skipped.add('not_capture', input.path)
      else onCapture(inspection)
    }
  } finally {
    await opener.close()
    await decompression.close()
  }
  return { errors: problems.map(({ message }) => message), skipped: skipped.summary }
}

/** Memory shared by all captures, one at a time. */
interface InspectMemory {
  readonly buffer: CaptureBuffer
  /** For the outer headers of a capture's packets. */
  readonly encaps: SharedArrayBuffer
}

// Returns null for a file from a folder or pattern that is not a capture.
async function inspectInput(
  config: InspectConfig,
  input: Input,
  opener: InputOpener,
  { buffer, encaps }: InspectMemory,
): Promise<CaptureInspection | null> {
  const { path } = input
  const { decap, decodeAs, limits, linkType } = config
  const decoder = new PacketDecoder({
    decap,
    decodeAs,
    limits,
    encaps: new EncapWriter(encaps),
    space: buffer,
    linkType: linkType === 'auto' ? null : linkType,
  })
  const counts = new PacketTally(decoder)
  const sampling: Sampling = {
    isAuto: linkType === 'auto',
    isOff: typeof linkType === 'number',
    sample: null,
  }
  let source: ByteSource | null = null
  let reader: DescribedReader | null = null
  let error: CaptureFormatError | InputError | null = null
  try {
    source = opener.open(input)
    reader = await readWhole(source, path, limits.interfaces, { buffer, counts, sampling })
  } catch (thrown) {
    if (!(thrown instanceof CaptureFormatError || thrown instanceof InputError)) throw thrown
    error = thrown
  }
  if (isPassedOver(input, { source, error })) return null
  const problems = problemsOf({ source, reader, error })
  const description = reader?.describe() ?? null
  const { first, last } = counts
  return {
    path: shownPath(path),
    status: statusOf(true, counts.packets, problems),
    problems,
    bytes: source?.bytesRead ?? 0,
    format: description && formatOf(description, source?.compression ?? null),
    packets: {
      total: counts.packets,
      cut: counts.cut,
      back_in_time: counts.backInTime,
      dropped: reader?.droppedPackets ?? 0,
    },
    packet_bytes: { captured: counts.capturedBytes, on_the_wire: counts.wireBytes },
    first: first && isoTime(first),
    last: last && isoTime(last),
    duration: first && last && durationSeconds(first, last),
    interfaces: description?.interfaces.map(interfaceOf) ?? [],
    interface_count: description === null ? 0 : (reader?.interfaceCount ?? 0),
    comments: { total: description?.comments ?? 0, first: description?.firstComments ?? [] },
    secrets: description?.secrets ?? [],
    protocols: counts.protocols(),
    encapsulations: counts.encapsulations(new EncapTable(encaps)),
    suggestion:
      sampling.sample?.text(shownPath(path), sampling.isAuto) ??
      (decap ? counts.tunnels.text(shownPath(path), decodeAs) : null),
    damage: { holes: reader?.damage.holes ?? 0, lost_bytes: reader?.damage.lostBytes ?? 0 },
  }
}

/** What is looked at to find out the link type. */
interface Sampling {
  readonly isAuto: boolean
  readonly isOff: boolean
  sample: LinkSample | null
}

/** Counts the packets of a capture and closes its source. @throws CaptureFormatError when it is not a capture. */
async function readWhole(
  source: ByteSource,
  path: string,
  maxInterfaces: number,
  {
    buffer,
    counts,
    sampling,
  }: { readonly buffer: CaptureBuffer; readonly counts: PacketTally; sampling: Sampling },
): Promise<DescribedReader> {
  const { isAuto, isOff } = sampling
  const create: CreateReader<DescribedReader> = (...content) => {
    if (!isOff) sampling.sample = new LinkSample(createCaptureReader(...content))
    return createCaptureReader(...content)
  }
  const options = { maxInterfaces, countsComments: true }
  const leastBytes = isAuto ? SAMPLE_BYTES : undefined
  const windows = new CaptureWindows(source, path, options, buffer.areas, create, leastBytes)
  try {
    for (;;) {
      const reader = await windows.next()
      sampling.sample?.look({ bytes: buffer.bytes, ...windows.range, isLast: windows.isLast })
      if (isAuto && counts.packets === 0) counts.useLinkType(sampling.sample?.linkType ?? null)
      if (!counts.count(reader, buffer)) return reader
    }
  } finally {
    await windows.close()
  }
}

function formatOf(description: CaptureDescription, compression: string | null): InspectedFormat {
  return {
    name: description.format,
    version: description.version,
    byte_orders: description.byteOrders,
    record_headers: description.layout,
    compression,
    sections: description.sections,
    hardware: description.hardware,
    os: description.system,
    application: description.application,
  }
}

function interfaceOf(described: CaptureDescription['interfaces'][number]): InspectedInterface {
  return {
    link_type: `${linkTypeName(described.linkType)} (${described.linkType})`,
    snaplen: described.snaplen,
    resolution: described.resolution,
    name: described.name,
    description: described.description,
    filter: described.filter,
    dropped: described.droppedPackets,
  }
}
