import { DETECT_BYTES, needsMore } from '../../../dist/capture/capture-format.js'
import { blankCapturedPacket } from '../../../dist/capture/captured-packet.js'
import { createCaptureReader } from '../../../dist/capture/open-capture-reader.js'
import { CaptureFormatError } from '../../../dist/errors.js'
import { damagedCapture } from '../lib/mutate-capture.mjs'
import { hashBytes, mustAgree, mustHold } from '../lib/properties.mjs'

/** @typedef {import('../../../fixtures/generator/random.mjs').Random} Random */

const FILE = 'fuzzed.pcap'
const OPTIONS = { maxInterfaces: 100, isDecompressed: false, countsComments: true }
const GUARD_BYTES = 64
/** A record takes 16 bytes of a file at least, and is given once. */
const MIN_RECORD_BYTES = 12

/** @type {(format: 'pcap' | 'pcapng') => import('../lib/target.mjs').TargetMaker} */
const readerTarget = (format) => (surroundings) => ({
  name: format,
  make: (random) => damagedCapture(random, surroundings.captures, format),
  run: (input, random) => {
    const whole = readInWindows(input, () => input.length, 0xee)
    mustAgree(
      whole,
      readInWindows(input, () => 1 + random.below(random.chance(0.5) ? 40 : 5000), 0x11),
      'What is read in windows of any size',
    )
  },
})

export const pcap = readerTarget('pcap')
export const pcapng = readerTarget('pcapng')

/**
 * Everything that a reader tells about a capture.
 *
 * @param {Uint8Array} input
 * @param {() => number} nextBytes bytes that the next window has in addition
 * @param {number} spoil what stands around the window
 */
function readInWindows(input, nextBytes, spoil) {
  let read = Math.min(input.length, Math.max(DETECT_BYTES, nextBytes()))
  while (read < input.length && needsMore(input, 0, read)) read = Math.min(input.length, read + nextBytes())
  let bytes = windowOf(input, 0, read, spoil)
  let from = GUARD_BYTES
  let reader
  try {
    reader = createCaptureReader(bytes, from, from + read, FILE, OPTIONS)
  } catch (error) {
    if (error instanceof CaptureFormatError) return { refused: error.message }
    throw error
  }
  const packet = blankCapturedPacket()
  const packets = []
  let windowAt = 0
  let to = from + read
  reader.window(bytes, from, to, read === input.length)
  let status = reader.next(packet)
  for (; status === 'packet' || status === 'more'; status = reader.next(packet)) {
    if (status === 'packet') {
      checkPacket(packet, from, to)
      packets.push([
        packet.tsSec,
        packet.tsNsec,
        packet.isNanosecond,
        packet.linkType,
        packet.originalBytes,
        packet.to - packet.from,
        hashBytes(bytes, packet.from, packet.to),
        reader.isBigEndian,
      ])
      mustHold(
        packets.length * MIN_RECORD_BYTES <= input.length,
        () => `${packets.length} packets in ${input.length} bytes`,
      )
      continue
    }
    mustHold(read < input.length, () => 'The last window must not ask for more')
    mustHold(
      reader.position >= from && reader.position <= to,
      () => `Position ${reader.position} must be in the window ${from} to ${to}`,
    )
    windowAt += reader.position - from
    read = Math.min(input.length, read + nextBytes())
    bytes.fill(spoil)
    bytes = windowOf(input, windowAt, read, spoil)
    from = GUARD_BYTES
    to = from + read - windowAt
    reader.window(bytes, from, to, read === input.length)
  }
  mustAgree(reader.next(packet), status, 'The end, asked for twice,')
  const { fileOffset, damage, problem } = reader
  mustHold(
    fileOffset >= 0 && fileOffset <= input.length,
    () => `File offset ${fileOffset} of ${input.length} bytes`,
  )
  mustHold(
    damage.lostBytes >= 0 && damage.lostBytes <= input.length,
    () => `${damage.lostBytes} of ${input.length} bytes lost`,
  )
  mustHold(
    (problem !== null) === (status === 'damaged'),
    () => `Problem ${problem?.message} with status ${status}`,
  )
  return {
    packets,
    status,
    // Behind damage it tells how far was looked, which windows decide.
    fileOffset: status === 'end' ? fileOffset : null,
    problem: problem?.message,
    holes: damage.holes,
    lostBytes: damage.lostBytes,
    problems: damage.problems,
    droppedPackets: reader.droppedPackets,
    interfaceCount: reader.interfaceCount,
    isInterfaceLimitHit: reader.isInterfaceLimitHit,
    description: reader.describe(),
  }
}

/** @param {Uint8Array} input @param {number} from @param {number} to @param {number} spoil */
function windowOf(input, from, to, spoil) {
  const bytes = new Uint8Array(to - from + 2 * GUARD_BYTES).fill(spoil)
  bytes.set(input.subarray(from, to), GUARD_BYTES)
  return bytes
}

/** @param {import('../../../dist/capture/captured-packet.js').CapturedPacket} packet @param {number} from @param {number} to */
function checkPacket(packet, from, to) {
  const isSound =
    packet.from >= from &&
    packet.to >= packet.from &&
    packet.to <= to &&
    packet.originalBytes >= packet.to - packet.from &&
    Number.isSafeInteger(packet.originalBytes) &&
    Number.isSafeInteger(packet.tsSec) &&
    Number.isSafeInteger(packet.tsNsec) &&
    packet.tsNsec >= 0 &&
    packet.tsNsec < 1e9 &&
    Number.isSafeInteger(packet.linkType) &&
    packet.linkType >= 0
  mustHold(
    isSound,
    () => `Packet must be sound in the window ${from} to ${to}: found ${JSON.stringify(packet)}`,
  )
}
