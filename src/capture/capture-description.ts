import type { RecordLayout } from './pcap-header.js'
import type { SecretsDescription } from './pcapng-secrets.js'

/** The formats of captures that are read. */
export type CaptureFormatName =
  | 'pcap'
  | 'pcapng'
  | 'snoop'
  | 'erf'
  | 'netmon'
  | '5view'
  | 'nstrace'
  | 'iptrace'

/** A capture's metadata, from the part that was read. Strings are untrusted: unchecked file content. */
export interface CaptureDescription {
  readonly format: CaptureFormatName
  /** Version of the file, or of its first section, such as `2.4`. */
  readonly version: string
  /** Byte orders of its sections, in order of first appearance. */
  readonly byteOrders: readonly ByteOrder[]
  /** Layout of a pcap file's record headers. */
  readonly layout: RecordLayout
  readonly sections: number
  /** Where the first section was written, from its options. */
  readonly hardware: string | null
  readonly system: string | null
  readonly application: string | null
  /** Number of comments on sections and interfaces, and on packets if `CaptureReaderOptions.countsComments` is set. */
  readonly comments: number
  /** The first comments. */
  readonly firstComments: readonly string[]
  /** Decryption secrets by type, in order of first appearance. */
  readonly secrets: readonly SecretsDescription[]
  /** The first {@link MAX_DESCRIBED_INTERFACES} interfaces. */
  readonly interfaces: readonly InterfaceDescription[]
}

export type ByteOrder = 'little-endian' | 'big-endian'

export interface InterfaceDescription {
  /** LINKTYPE_* value. */
  readonly linkType: number
  /** Most bytes captured of a frame; 0 for no limit. */
  readonly snaplen: number
  /** Unit of the timestamps in seconds, such as `10^-6` or `2^-10`. */
  readonly resolution: string
  readonly name: string | null
  readonly description: string | null
  readonly filter: string | null
  /** Packets dropped, from the capture's statistics; null without any. */
  readonly droppedPackets: number | null
}

/** Most interfaces described per file; further ones are only counted. */
export const MAX_DESCRIBED_INTERFACES = 1000
/** Most comments kept per file. */
const MAX_KEPT_COMMENTS = 10
/** Most bytes kept of a string. */
export const MAX_TEXT_BYTES = 1024

const decoder = new TextDecoder()

/** Decodes the UTF-8 string `view[from, to)`, cut to {@link MAX_TEXT_BYTES}, without trailing zero bytes. */
export function textAt(view: DataView, from: number, to: number): string {
  const length = Math.min(to - from, MAX_TEXT_BYTES)
  // Owned copy: TextDecoder rejects shared memory.
  const bytes = new Uint8Array(view.buffer, view.byteOffset + from, length).slice()
  return decoder.decode(bytes).replace(/\0+$/, '')
}

/** Counts a file's comments and keeps the first ones. */
export class CommentLog {
  total = 0
  readonly first: string[] = []

  /** Adds the comment `view[from, to)`. */
  add(view: DataView, from: number, to: number): void {
    this.total += 1
    if (this.first.length < MAX_KEPT_COMMENTS) this.first.push(textAt(view, from, to))
  }
}
