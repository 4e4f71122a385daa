const POLYNOMIAL = 0x04c11db7

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1
  return crc
})

/** Continues a CRC-32 of bzip2 (highest bit first). It begins with -1 and is inverted at the end. */
export function bzip2Crc(crc: number, bytes: Uint8Array, from: number, to: number): number {
  let result = crc
  for (let at = from; at < to; at++) result = (result << 8) ^ (TABLE[(result >>> 24) ^ (bytes[at] ?? 0)] ?? 0)
  return result
}
