// Names of networks in Debian's /etc/networks (netbase 6.4), which libpcap reads through the C library.
const ADDRESSES: ReadonlyMap<string, number> = new Map([
  ['loopback', 0x7f00_0000],
  ['link-local', 0xa9fe_0000],
])

/** The IPv4 address of a named network, uint32; null for an unknown name. */
export function networkAddress(name: string): number | null {
  return ADDRESSES.get(name) ?? null
}
