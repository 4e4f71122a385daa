import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipv4Text, ipv6Text } from '../../src/output/ip-text.js'

const word = fc.integer({ min: 0, max: 0xffffffff })
const group = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.nat(0xffff), fc.nat(15))

function ofGroups(g: readonly number[]): string {
  const at = (i: number): number => g[2 * i]! * 65_536 + g[2 * i + 1]!
  return ipv6Text(at(0), at(1), at(2), at(3))
}

describe('ipv4Text()', () => {
  it('is the dotted decimal form of any word', () => {
    fc.assert(
      fc.property(word, (w) => {
        const text = ipv4Text(w)
        expect(isIPv4(text)).toBe(true)
        expect(text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)).toBe(w)
      }),
    )
  })
})

describe('ipv6Text()', () => {
  // RFC 5952 §4 and §5.
  it.each([
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[1, 0, 0, 0, 0, 0, 0, 0], '1::'],
    [[0x2001, 0xdb8, 0, 0, 0, 0, 2, 1], '2001:db8::2:1'],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], '2001:db8:0:1:1:1:1:1'],
    [[0x2001, 0, 0, 1, 0, 0, 0, 1], '2001:0:0:1::1'],
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
    [[0xfe80, 0, 0, 0, 0x200, 0x86ff, 0xfe05, 0x80da], 'fe80::200:86ff:fe05:80da'],
    [[0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201], '::ffff:192.0.2.1'],
    [[0, 0, 0, 0, 0, 0, 0xc000, 0x201], '::192.0.2.1'],
    [[0, 0, 0, 0, 0, 0, 0, 0x201], '::201'],
    [[0, 0, 0, 0, 1, 0, 0xc000, 0x201], '::1:0:c000:201'],
    [[1, 2, 3, 4, 5, 6, 0, 0], '1:2:3:4:5:6::'],
  ])('writes %j as %s', (groups, text) => {
    expect(ofGroups(groups)).toBe(text)
  })

  it('is read back as the same address, has no longer form than needed and compresses the longest run', () => {
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const text = ofGroups(groups)
        expect(isIPv6(text)).toBe(true)
        const inFull = groups.map((g) => g.toString(16)).join(':')
        // The URL standard writes IPv6 as RFC 5952 §4, but never with dotted decimal.
        const canonical = (address: string): string => new URL(`http://[${address}]/`).hostname
        expect(canonical(text)).toBe(canonical(inFull))
        if (!text.includes('.')) expect(`[${text}]`).toBe(canonical(inFull))
      }),
      { numRuns: 1000 },
    )
  })
})
