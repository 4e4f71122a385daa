import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressFamily, canonicalAddress, socketAddressText } from '../../../src/capture/live/addresses.js'

describe('canonicalAddress()', () => {
  // [text, canonical form]
  const cases: [string, string | null][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['FE80::00A1%eth0', 'fe80::a1'],
    ['[2001:db8:0:0:1:0:0:1]', '2001:db8::1:0:0:1'],
    ['256.0.0.1', null],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['eth0', null],
    ['', null],
    [':', null],
    ['::1/64', null],
    ['::1@x', null],
  ]
  it.each(cases)('takes %j as %j', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical)
  })

  it('never throws, and is content with its own answer', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
        const canonical = canonicalAddress(text)
        if (canonical !== null) expect(canonicalAddress(canonical)).toBe(canonical)
      }),
    )
  })
})

describe('a socket address', () => {
  const ipv4 = [0, 80, 192, 0, 2, 1]
  const ipv6 = [0, 80, 0, 0, 0, 0, 0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 7]

  // [name, bytes, has a length byte, family]
  const families: [string, number[], boolean, 'ipv4' | 'ipv6' | null][] = [
    ['IPv4 on Linux', [2, 0], false, 'ipv4'],
    ['IPv6 on Linux', [10, 0], false, 'ipv6'],
    ['IPv6 on Windows', [23, 0], false, 'ipv6'],
    ['IPv4 on macOS', [16, 2], true, 'ipv4'],
    ['IPv6 on macOS', [28, 30], true, 'ipv6'],
    ['IPv6 on FreeBSD', [28, 28], true, 'ipv6'],
    ['a link address on Linux', [17, 0], false, null],
    ['a link address on macOS', [20, 18], true, null],
  ]
  it.each(families)('of %s has its family', (_name, bytes, hasLength, family) => {
    expect(addressFamily(Uint8Array.from(bytes), hasLength)).toBe(family)
  })

  it('is shown as text', () => {
    expect(socketAddressText(Uint8Array.from([2, 0, ...ipv4]), 'ipv4')).toBe('192.0.2.1')
    expect(socketAddressText(Uint8Array.from([10, 0, ...ipv6]), 'ipv6')).toBe('2001:db8::7')
  })
})
