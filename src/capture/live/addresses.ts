const AF_INET = 2
// Every system has its own number for it: Linux, FreeBSD, macOS, Windows, OpenBSD.
const AF_INET6: readonly number[] = [10, 28, 30, 23, 24]
const INET_AT = 4
const INET6_AT = 8
/** Bytes of a socket address that are read. */
export const SOCKET_ADDRESS_BYTES = { family: 2, ipv4: 8, ipv6: 24 } as const

/** The address family at the beginning of a socket address: BSD systems put its length before it, in one byte. */
export function addressFamily(socketAddress: Uint8Array, hasLength: boolean): 'ipv4' | 'ipv6' | null {
  const [first = 0, second = 0] = socketAddress
  const family = hasLength ? second : first | (second << 8)
  if (family === AF_INET) return 'ipv4'
  return AF_INET6.includes(family) ? 'ipv6' : null
}

/** The address in `SOCKET_ADDRESS_BYTES` bytes of a socket address of this family, as text. */
export function socketAddressText(socketAddress: Uint8Array, family: 'ipv4' | 'ipv6'): string {
  if (family === 'ipv4') return socketAddress.subarray(INET_AT, INET_AT + 4).join('.')
  const hex = Array.from(socketAddress.subarray(INET6_AT, INET6_AT + 16), (byte) =>
    byte.toString(16).padStart(2, '0'),
  )
  const groups = Array.from({ length: 8 }, (_, i) => `${hex[2 * i]}${hex[2 * i + 1]}`)
  return canonicalAddress(groups.join(':')) ?? ''
}

/**
 * An IPv4 or IPv6 address in its one canonical form (RFC 5952), without zone and brackets; null: it is none.
 */
export function canonicalAddress(text: string): string | null {
  const [address = ''] = text.replace(/^\[(.*)\]$/, '$1').split('%', 1)
  const isIpv6 = address.includes(':')
  if (!isIpv6 && !/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return null
  const url = `http://${isIpv6 ? `[${address}]` : address}/`
  if (!URL.canParse(url)) return null
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')
}
