import { detectFormat } from './capture-format.js'
import type { CaptureReaderOptions, DescribedReader } from './capture-reader.js'
import { formatError, noCaptureError } from './capture-source.js'
import { RecordReader } from './formats/record-reader.js'
import { PcapReader } from './pcap-reader.js'
import { PcapngReader } from './pcapng-reader.js'

/**
 * Makes the reader for a capture, chosen by its first bytes and not by its name. The reader has no window yet: the first
 * window must begin with the same bytes.
 *
 * @param bytes `bytes[from, to)` is the start of the (decompressed) file: the whole file, or at least `DETECT_BYTES`
 *   and as much as `needsMore()` asks for.
 * @param file  Path as the user gave it, for messages.
 * @throws NoCaptureError when the content is not a capture, CaptureFormatError when its format is not supported; the
 *         message says what was found.
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
  if (detected.create !== undefined)
    return new RecordReader(detected.format, detected.create(), file, options)
  const { format, leadingBytes } = detected
  return format === 'pcap'
    ? new PcapReader(file, options, leadingBytes)
    : new PcapngReader(file, options, leadingBytes)
}
