// The names of Debian's /etc/networks (netbase 6.4), where libpcap looks through the C library. It takes them for the one
// address that stands there.
const ADDRESSES: ReadonlyMap<string, number> = new Map([
  ['loopback', 0x7f00_0000],
  ['link-local', 0xa9fe_0000],
])

/** The IPv4 address, uint32, that a network's name stands for, or null when it is not known. */
export function networkAddress(name: string): number | null {
  return ADDRESSES.get(name) ?? null
}
