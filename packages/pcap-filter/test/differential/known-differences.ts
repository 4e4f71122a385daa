// Where the filter differs from libpcap 1.10.3, and why. Whether an expression is accepted never differs.

interface KnownDifference {
  readonly words: RegExp
  readonly linkTypes: readonly number[]
  readonly reason: string
}

const OFFSETS =
  "libpcap computes where the header behind a header of variable length begins only for the layer that the expression has come to, so its own test of this word reads memory that was never set, or set for something else: what it says is undefined. Ours computes the frame's."

const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  { words: /\bgeneve\b/, linkTypes: [105, 117, 119, 127, 163, 192], reason: OFFSETS },
  { words: /\bpppoes\b/, linkTypes: [119, 127, 163, 192], reason: OFFSETS },
]
// There is a third kind, which the interpreter finds by itself: behind `geneve or`, and behind `not geneve`, libpcap's
// program reads memory that is set for Geneve packets alone. Ours reads 0 there.
//
// A fourth is not in the tables: in a list of more than some eighty addresses or ports between other tests, a packet cut
// between its two addresses (or ports), with the first in the list, may be taken where libpcap's order of tests refuses it.

/** Why what libpcap's program says is not compared, or null. */
export function knownDifference(expression: string, linkType: number): string | null {
  const found = KNOWN_DIFFERENCES.find(
    ({ words, linkTypes }) => linkTypes.includes(linkType) && words.test(expression),
  )
  return found?.reason ?? null
}
