import { detectFormat } from './capture-format.js'
import type { CaptureReaderOptions, DescribedReader } from './capture-reader.js'
import { formatError, noCaptureError } from './capture-source.js'
import { PcapReader } from './pcap-reader.js'
import { PcapngReader } from './pcapng-reader.js'

/**
 * Makes the reader for a capture by what its first bytes are, whatever its name. The reader has no window
 * yet: the owner gives it the same bytes first.
 *
 * @param bytes `bytes[from, to)` is the beginning of the (decompressed) file: `DETECT_BYTES` or more, or all of it.
 * @param file  Path as the user gave it, for messages.
 * @throws CaptureFormatError naming what was found, where it is no capture that can be read.
 */
export function createCaptureReader(
  bytes: Uint8Array,
  from: number,
  to: number,
  file: string,
  options: CaptureReaderOptions,
): DescribedReader {
  const detected = detectFormat(bytes, from, to)
  if ('problem' in detected) {
    const source = { file, isDecompressed: options.isDecompressed }
    throw detected.isNone
      ? noCaptureError(source, detected.problem)
      : formatError(source, 0, detected.problem)
  }
  return detected.format === 'pcap' ? new PcapReader(file, options) : new PcapngReader(file, options)
}
