import { join } from 'node:path'
import type { CapturedPacket } from '../capture/captured-packet.js'
import { CaptureFormatError, OutputError } from '../errors.js'
import { isThere } from '../existing-outputs.js'
import { existsFailure, outputFailure } from '../output/output-failure.js'
import { type PacketOrigin, PcapngOutput } from '../output/pcap/pcapng-output.js'
import { openFilesAllowed } from '../pipeline/descriptor-limit.js'
import { readPicked } from '../pipeline/read-picked.js'
import type { Picked } from '../pipeline/run-picked.js'
import { WholeFile } from '../whole-file.js'
import type { Entry } from './map-entry.js'

/** Most files that are written at once. Inputs are read once for as many. */
const MOST_FILES = 200
const FLUSH_BYTES = 256 * 1024

/** A connection whose packets are copied. */
export interface Copied {
  readonly entry: Entry
  /** Name of its file without an ending. */
  readonly name: string
}

/** What was done. */
export interface Copies {
  /** Bytes written. */
  readonly bytes: number
  /** Why some files were not written. */
  readonly problems: readonly string[]
}

/** One file in the making. */
class CopyFile {
  readonly #output = new PcapngOutput()
  readonly #put: (bytes: Buffer) => void
  #blocks: Buffer[] = []
  #bytes = 0

  constructor(put: (bytes: Buffer) => void) {
    this.#put = put
  }

  add(bytes: Uint8Array, packet: CapturedPacket, origin: PacketOrigin): void {
    for (const block of this.#output.packet(bytes, packet, origin)) {
      this.#blocks.push(block)
      this.#bytes += block.length
    }
    if (this.#bytes >= FLUSH_BYTES) this.flush()
  }

  flush(): void {
    if (this.#blocks.length > 0) this.#put(Buffer.concat(this.#blocks))
    this.#blocks = []
    this.#bytes = 0
  }
}

/**
 * Writes the packets of each connection to a pcapng file, in the order of the capture, with copies, fragments and ICMP errors that
 * quote it.
 *
 * @throws OutputError, InputError
 */
export async function copyToFiles(
  copied: readonly Copied[],
  packetsOf: (entries: readonly Entry[]) => Picked,
  folder: string,
  isForced: boolean,
): Promise<Copies> {
  let written = 0
  const problems: string[] = []
  const pathOf = (name: string) => join(folder, `${name}.pcapng`)
  const mostFiles = Math.min(MOST_FILES, openFilesAllowed(1))
  for (let from = 0; from < copied.length; from += mostFiles) {
    const group: Copied[] = []
    for (const one of copied.slice(from, from + mostFiles)) {
      if (isForced || !isThere(pathOf(one.name))) group.push(one)
      else problems.push(existsFailure(pathOf(one.name)).message)
    }
    const paths = group.map(({ name }) => pathOf(name))
    const files: WholeFile[] = []
    try {
      for (const path of paths) files.push(attempt(path, () => new WholeFile(path)))
      const copies = files.map(
        (file, i) =>
          new CopyFile((bytes) => {
            attempt(paths[i]!, () => file.append(bytes))
            written += bytes.length
          }),
      )
      const entries = group.map(({ entry }) => entry)
      await copy(entries, packetsOf(entries), (i, bytes, packet, origin) =>
        copies[i]!.add(bytes, packet, origin),
      )
      for (const [i, file] of files.entries()) {
        copies[i]!.flush()
        attempt(paths[i]!, () => file.publish())
      }
    } catch (error) {
      for (const file of files) file.abandon()
      if (!(error instanceof CaptureFormatError)) throw error
      problems.push(error.message, `The packets of ${group.length} connections were not written`)
    }
  }
  return { bytes: written, problems }
}

/**
 * Writes the packets of all connections as one pcapng file.
 *
 * @param put Takes its bytes, in order. A promise that it returns is waited for.
 */
export async function copyToStream(
  entries: readonly Entry[],
  packets: Picked,
  put: (bytes: Buffer) => Promise<void> | void,
): Promise<void> {
  let busy: Promise<void> | null = null
  const file = new CopyFile((bytes) => {
    busy = put(bytes) ?? null
  })
  const keepUp = () => {
    const before = busy
    busy = null
    return before
  }
  let last = ''
  await copy(
    entries,
    packets,
    (_entry, bytes, packet, origin, position) => {
      const record = `${origin.input}:${position}`
      if (record === last) return // of several connections
      last = record
      file.add(bytes, packet, origin)
    },
    keepUp,
  )
  file.flush()
}

async function copy(
  entries: readonly Entry[],
  packets: Picked,
  take: (
    entry: number,
    bytes: Uint8Array,
    packet: CapturedPacket,
    origin: PacketOrigin,
    position: number,
  ) => void,
  keepUp?: () => Promise<void> | null,
): Promise<void> {
  const wanting = new Map<string, number[]>()
  for (const [number, entry] of entries.entries()) {
    for (const [i, position] of entry.positions.entries()) {
      const key = `${entry.inputs[i]}:${position}`
      const numbers = wanting.get(key) ?? []
      if (numbers.at(-1) !== number && !numbers.includes(number)) numbers.push(number)
      wanting.set(key, numbers)
    }
  }
  await readPicked(
    packets,
    (bytes, packet, origin, position) => {
      for (const entry of wanting.get(`${origin.input}:${position}`) ?? [])
        take(entry, bytes, packet, origin, position)
    },
    keepUp,
  )
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw error instanceof OutputError ? error : outputFailure(path, error)
  }
}
