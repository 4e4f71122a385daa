const AF_INET = 2
// The number differs between systems: Linux, FreeBSD, macOS, Windows, OpenBSD.
const AF_INET6: readonly number[] = [10, 28, 30, 23, 24]
const INET_AT = 4
const INET6_AT = 8
/** Bytes to read of a socket address: for its family, and for an address of each family. */
export const SOCKET_ADDRESS_BYTES = { family: 2, ipv4: 8, ipv6: 24 } as const

/**
 * Reads the address family from the start of a socket address.
 *
 * @param hasLength True on BSD systems, which put a length byte before the family.
 * @returns Null for any other family.
 */
export function addressFamily(socketAddress: Uint8Array, hasLength: boolean): 'ipv4' | 'ipv6' | null {
  const [first = 0, second = 0] = socketAddress
  const family = hasLength ? second : first | (second << 8)
  if (family === AF_INET) return 'ipv4'
  return AF_INET6.includes(family) ? 'ipv6' : null
}

/** Formats the address in the first `SOCKET_ADDRESS_BYTES[family]` bytes of a socket address. */
export function socketAddressText(socketAddress: Uint8Array, family: 'ipv4' | 'ipv6'): string {
  if (family === 'ipv4') return socketAddress.subarray(INET_AT, INET_AT + 4).join('.')
  const hex = Array.from(socketAddress.subarray(INET6_AT, INET6_AT + 16), (byte) =>
    byte.toString(16).padStart(2, '0'),
  )
  const groups = Array.from({ length: 8 }, (_, i) => `${hex[2 * i]}${hex[2 * i + 1]}`)
  return canonicalAddress(groups.join(':')) ?? ''
}

/**
 * An IPv4 or IPv6 address in canonical form (RFC 5952), without zone and brackets; null when `text` is not an address.
 */
export function canonicalAddress(text: string): string | null {
  const [address = ''] = text.replace(/^\[(.*)\]$/, '$1').split('%', 1)
  const isIpv6 = address.includes(':')
  if (!isIpv6 && !/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return null
  const url = `http://${isIpv6 ? `[${address}]` : address}/`
  if (!URL.canParse(url)) return null
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}
