// Addresses as text. Words are big-endian uint32 values.

/** Dotted decimal text of an IPv4 address. */
export function ipv4Text(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`
}

/**
 * Text of an IPv6 address (RFC 5952 §4): lower case, no leading zeros, `::` for the longest run of two or more zero groups
 * (the first of equal runs). IPv4-mapped (`::ffff:0:0/96`) and IPv4-compatible (`::/96`) addresses end in dotted decimal,
 * as `inet_ntop` writes them (RFC 5952 §5).
 */
export function ipv6Text(w0: number, w1: number, w2: number, w3: number): string {
  if (w0 === 0 && w1 === 0) {
    if (w2 === 0xffff) return `::ffff:${ipv4Text(w3)}`
    if (w2 === 0 && w3 > 0xffff) return `::${ipv4Text(w3)}`
  }
  const groups = [
    w0 >>> 16,
    w0 & 0xffff,
    w1 >>> 16,
    w1 & 0xffff,
    w2 >>> 16,
    w2 & 0xffff,
    w3 >>> 16,
    w3 & 0xffff,
  ]
  let runFrom = -1
  let runLength = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end += 1
    if (end - i > runLength) {
      runFrom = i
      runLength = end - i
    }
    if (end > i) i = end
  }
  const hex = groups.map((group) => group.toString(16))
  if (runFrom === -1) return hex.join(':')
  return `${hex.slice(0, runFrom).join(':')}::${hex.slice(runFrom + runLength).join(':')}`
}

/** Text of the address that begins at `address[at]`: one word for IPv4, four for IPv6. */
export function addressText(address: Uint32Array, at: number, isIpv6: boolean): string {
  if (!isIpv6) return ipv4Text(address[at] ?? 0)
  return ipv6Text(address[at] ?? 0, address[at + 1] ?? 0, address[at + 2] ?? 0, address[at + 3] ?? 0)
}
