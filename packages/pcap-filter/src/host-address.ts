import { parseIpv6 } from './ipv6-address.js'

/** Parses an IPv4 or IPv6 address to 4 or 16 bytes, without its zone. Null when `text` is not an address. */
export function hostAddress(text: string): Uint8Array | null {
  if (text.includes(':')) return parseIpv6(text.replace(/%.*$/s, ''))
  // An IPv6 address may end in an IPv4 address, so the IPv6 parser can parse it.
  const mapped = text.includes('.') ? parseIpv6(`::${text}`) : null
  return mapped === null ? null : mapped.subarray(12)
}
