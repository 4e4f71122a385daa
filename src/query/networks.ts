import { BlockList, isIP } from 'node:net'

/** True for an address that is in the network or equals the address it was made of. */
export type AddressTest = (address: string) => boolean

/**
 * A test for the addresses of a network, `10.0.0.0/8` or `2001:db8::/32`, or for one address. An IPv6 address may be
 * written in any of its forms. Null: the text is neither.
 */
export function addressTest(text: string): AddressTest | null {
  const [, address = '', prefix] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return null
  const bits = version === 4 ? 32 : 128
  const length = prefix === undefined ? bits : Number(prefix)
  if (length > bits) return null
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(address, length, family)
  // A BlockList takes IPv4 addresses for IPv6 ones of ::ffff:0:0/96.
  return (candidate) => isIP(candidate) === version && list.check(candidate, family)
}
