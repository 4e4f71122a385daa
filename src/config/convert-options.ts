import type { GapStyle, OverlapPolicy } from '../config.js'
import type { LiveOptions } from './live-options.js'

/** A number, or the text of one ("300", "1.5"). */
export type NumberOption = number | string

/**
 * What a caller may ask for: the long options of the command line in camel case. Nothing is checked yet;
 * `toConfig` does that. What is absent or undefined takes the default given here.
 */
export interface ConvertOptions extends LiveOptions {
  /** Captures to read: files, globs, folders (recursive), or `-` for standard input. At least one, or `interface`. */
  readonly inputFile?: string | readonly string[] | undefined
  /** pcap-filter(7) expression: which packets are taken. Default: all. */
  readonly filter?: string | undefined
  /** Folder that takes the files, made with its parents. Default: the current one. */
  readonly outputDir?: string | undefined
  /** Most output files open at one moment, all workers together: 1..1,000,000. Default 500. */
  readonly maxFileDesc?: NumberOption | undefined
  /** Payload goes to standard output, no connection files. */
  readonly writeToConsole?: boolean | undefined
  /** With `writeToConsole`: as offset, hexadecimal digits and text. */
  readonly hex?: boolean | undefined
  /** A metadata file for each connection. */
  readonly writeMetadata?: boolean | undefined
  /** One file for each direction instead of one for each connection. */
  readonly separateSides?: boolean | undefined
  /** A header before every chunk. Without effect with `json`. */
  readonly chunksHeader?: boolean | undefined
  /** Chunks as JSON lines, metadata as JSON. */
  readonly json?: boolean | undefined
  /** Reassembly threads: 1..256. Default: the processors available to the process. */
  readonly workers?: NumberOption | undefined
  /** Ceiling for buffered stream data: bytes, or text such as "64M" or "2G". Default 512 MiB. */
  readonly memory?: NumberOption | undefined
  /** Every input is a capture of its own, with an output folder of its own. */
  readonly perFile?: boolean | undefined
  /** Inputs that overlap in time are read as one capture, by the times of their packets: at most 64. */
  readonly merge?: boolean | undefined
  /** Inputs whose results are complete and unchanged are left alone; half-done ones are done again. */
  readonly resume?: boolean | undefined
  /**
   * Paths of connection indexes, each in the format of its ending: `.jsonl` (JSON lines), `.csv`, `.parquet`, or `.log`
   * (Zeek's `conn.log`); `-`: JSON lines to standard output.
   */
  readonly index?: string | readonly string[] | undefined
  /** What stands in a stream for bytes that the capture lost. Default "marker". */
  readonly gaps?: GapStyle | undefined
  /** Which copy wins when a retransmission carries other bytes. Default "first". */
  readonly overlap?: OverlapPolicy | undefined
  /** Capture-time seconds without a packet that end a TCP connection; 0: never. Default 3600. */
  readonly tcpTimeout?: NumberOption | undefined
  /** The same for UDP and all other protocols. Default 300. */
  readonly udpTimeout?: NumberOption | undefined
  /** Keep only the first so many payload bytes of each direction: bytes, or text such as "64K". Default: all. */
  readonly maxBytes?: NumberOption | undefined
  /** Times in file names in UTC instead of the local zone. */
  readonly utc?: boolean | undefined
  /** Do not look inside tunnels. */
  readonly noDecap?: boolean | undefined
  /** Overrides the captures' link type: a LINKTYPE name or number. */
  readonly linkType?: NumberOption | undefined
  /** Reassemble and report, write no file for any connection. */
  readonly noWrite?: boolean | undefined
  /** Replace files that exist. */
  readonly force?: boolean | undefined
}

/** What the command line asks for beyond {@link ConvertOptions}. */
export interface RawOptions extends ConvertOptions {
  /** Path of the run's summary, or `-` for standard output. */
  readonly summary?: string | undefined
}
