import type { RecordLayout } from './pcap-header.js'
import type { SecretsDescription } from './pcapng-secrets.js'

/** What a capture says of itself, as far as it was read. Texts are as they stand in the file: they may hold anything. */
export interface CaptureDescription {
  readonly format: 'pcap' | 'pcapng'
  /** Of the file, or of its first section: `2.4`. */
  readonly version: string
  /** Those of its sections, in the order in which they came up. */
  readonly byteOrders: readonly ByteOrder[]
  /** Of a pcap file's record headers. */
  readonly layout: RecordLayout
  readonly sections: number
  /** What the first section says of where it was written. */
  readonly hardware: string | null
  readonly system: string | null
  readonly application: string | null
  /** Comments on sections and interfaces; on packets only where `CaptureReaderOptions.countsComments` asks for them. */
  readonly comments: number
  /** The first of them. */
  readonly firstComments: readonly string[]
  /** Decryption secrets by their type, in the order in which types came up. */
  readonly secrets: readonly SecretsDescription[]
  /** The first {@link MAX_DESCRIBED_INTERFACES}. */
  readonly interfaces: readonly InterfaceDescription[]
}

export type ByteOrder = 'little-endian' | 'big-endian'

export interface InterfaceDescription {
  /** LINKTYPE_* value. */
  readonly linkType: number
  /** Longest frame that was kept; 0: no limit. */
  readonly snaplen: number
  /** Unit of the timestamps, in seconds: `10^-6`, `2^-10`. */
  readonly resolution: string
  readonly name: string | null
  readonly description: string | null
  readonly filter: string | null
  /** Packets that it is said to have dropped; null: nothing is said. */
  readonly droppedPackets: number | null
}

/** Interfaces of a file that are described; further ones are only counted. */
export const MAX_DESCRIBED_INTERFACES = 1000
/** Comments of a file that are kept. */
const MAX_KEPT_COMMENTS = 10
/** Bytes of a text that are kept. */
export const MAX_TEXT_BYTES = 1024

const decoder = new TextDecoder()

/** The text in UTF-8 at `view[from, to)`, up to {@link MAX_TEXT_BYTES} of it. */
export function textAt(view: DataView, from: number, to: number): string {
  const length = Math.min(to - from, MAX_TEXT_BYTES)
  // Owned copy: a decoder takes no shared memory.
  const bytes = new Uint8Array(view.buffer, view.byteOffset + from, length).slice()
  return decoder.decode(bytes).replace(/\0+$/, '')
}

/** Counts comments and keeps the first of a file. */
export class CommentLog {
  total = 0
  readonly first: string[] = []

  /** Notes the comment at `view[from, to)`. */
  add(view: DataView, from: number, to: number): void {
    this.total += 1
    if (this.first.length < MAX_KEPT_COMMENTS) this.first.push(textAt(view, from, to))
  }
}
