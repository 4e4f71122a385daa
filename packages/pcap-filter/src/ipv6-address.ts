/**
 * Parses an IPv6 address (RFC 4291 §2.2) to 16 bytes. Null when `text` is not an address. As strict as inet_pton: no
 * zone, no leading zeros in a dotted ending, `::` for at least one group.
 */
export function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const left = groupBytes(halves[0]!, halves.length === 1)
  const right = halves.length === 2 ? groupBytes(halves[1]!, true) : []
  if (left === null || right === null) return null
  const given = left.length + right.length
  if (halves.length === 1 ? given !== 16 : given > 14) return null
  return Uint8Array.from([...left, ...new Array<number>(16 - given).fill(0), ...right])
}

// Parses the groups between colons. The last group may be a dotted IPv4 address if `mayEndDotted`.
function groupBytes(text: string, mayEndDotted: boolean): number[] | null {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    } else {
      const parts = group.split('.')
      if (!mayEndDotted || index !== groups.length - 1 || parts.length !== 4) return null
      for (const part of parts) {
        if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null
        bytes.push(Number(part))
      }
    }
  }
  return bytes
}
