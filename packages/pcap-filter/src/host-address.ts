import { parseIpv6 } from './ipv6-address.js'

/** The 4 or 16 bytes of an address in text; a zone is left out, for it does not stand in packets. Null when it is none. */
export function hostAddress(text: string): Uint8Array | null {
  if (text.includes(':')) return parseIpv6(text.replace(/%.*$/s, ''))
  // An IPv4 address may stand at the end of one of IPv6.
  const mapped = text.includes('.') ? parseIpv6(`::${text}`) : null
  return mapped === null ? null : mapped.subarray(12)
}
