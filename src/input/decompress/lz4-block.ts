const LEAST_MATCH = 4
/** A length that does not fit into its four bits continues in bytes. */
const LONG = 15

/**
 * Decompresses one LZ4 block (LZ4 Block Format Description) from `source[from, to)` to `target` at `at`. Matches may
 * reach back to the start of `target`.
 *
 * @param end End of the space in `target`.
 * @returns End of the content; -1 for a damaged block, which may have changed `target[at, end)`.
 */
export function decodeLz4Block(
  source: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
  end: number,
): number {
  let input = from
  let output = at
  while (input < to) {
    const token = source[input++] ?? 0
    let literals = token >>> 4
    if (literals === LONG) {
      let more = 255
      while (more === 255) {
        if (input >= to) return -1
        more = source[input++] ?? 0
        literals += more
      }
    }
    if (literals > to - input || literals > end - output) return -1
    copy(source, input, target, output, literals)
    input += literals
    output += literals
    if (input === to) return output // the last sequence has only literals
    if (to - input < 2) return -1
    const offset = (source[input] ?? 0) | ((source[input + 1] ?? 0) << 8)
    input += 2
    let length = token & LONG
    if (length === LONG) {
      let more = 255
      while (more === 255) {
        if (input >= to) return -1
        more = source[input++] ?? 0
        length += more
      }
    }
    length += LEAST_MATCH
    if (offset === 0 || offset > output || length > end - output) return -1
    repeat(target, output, offset, length)
    output += length
  }
  return -1
}

/** Up to this many bytes a loop is faster than a native copy. */
const SHORT_BYTES = 32

function copy(source: Uint8Array, from: number, target: Uint8Array, at: number, bytes: number): void {
  if (bytes > SHORT_BYTES) target.set(source.subarray(from, from + bytes), at)
  else for (let i = 0; i < bytes; i++) target[at + i] = source[from + i] ?? 0
}

// Source and target may overlap, which repeats the bytes just written.
function repeat(bytes: Uint8Array, at: number, offset: number, length: number): void {
  if (length <= SHORT_BYTES) {
    for (let i = 0; i < length; i++) bytes[at + i] = bytes[at + i - offset] ?? 0
    return
  }
  for (let done = 0; done < length; ) {
    const step = Math.min(offset + done, length - done)
    bytes.copyWithin(at + done, at - offset, at - offset + step)
    done += step
  }
}
