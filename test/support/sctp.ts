const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]

/** A chunk of SCTP, padded to words. @param length As its header tells; by default the right one. */
export function sctpChunk(type: number, content: readonly number[], flags = 3, length = 4 + content.length) {
  const padding = new Array<number>((4 - (content.length % 4)) % 4).fill(0)
  return [type, flags, length >> 8, length & 255, ...content, ...padding]
}

/** A DATA chunk of stream 0. */
export function dataChunk(tsn: number, text: string): number[] {
  return sctpChunk(0, [...u32(tsn), 0, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(text)])
}

/** An I-DATA chunk of stream 0. */
export function interleavedChunk(tsn: number, text: string): number[] {
  return sctpChunk(64, [...u32(tsn), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(text)])
}

export function initChunk(tsn: number, initiateTag = 7): number[] {
  return sctpChunk(1, [...u32(initiateTag), ...u32(65_536), 0, 1, 0, 1, ...u32(tsn)])
}

export function sackChunk(tsn: number): number[] {
  return sctpChunk(3, [...u32(tsn), ...u32(65_536), 0, 0, 0, 0])
}

export function forwardChunk(tsn: number): number[] {
  return sctpChunk(192, u32(tsn))
}
