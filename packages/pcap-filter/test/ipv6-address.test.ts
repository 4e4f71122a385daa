import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIpv6 } from '../src/ipv6-address.js'

describe('parseIpv6()', () => {
  it.each([
    ['::', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 1]],
    ['1::', [1, 0, 0, 0, 0, 0, 0, 0]],
    ['2001:DB8::5:6', [0x2001, 0xdb8, 0, 0, 0, 0, 5, 6]],
    ['1:2:3:4:5:6:7:8', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['1:2:3:4:5:6:7::', [1, 2, 3, 4, 5, 6, 7, 0]],
    ['::ffff:10.1.2.3', [0, 0, 0, 0, 0, 0xffff, 0x0a01, 0x0203]],
    ['1:2:3:4:5:6:10.1.2.3', [1, 2, 3, 4, 5, 6, 0x0a01, 0x0203]],
  ])('reads "%s"', (text, words) => {
    const bytes = words.flatMap((word) => [word >> 8, word & 0xff])
    expect([...(parseIpv6(text) ?? [])]).toEqual(bytes)
  })

  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    '12345::',
    '::1.2.3',
    '::256.1.1.1',
    '::01.2.3.4',
    '1.2.3.4::',
    'g::',
    'fe80::1%eth0',
    ' ::1',
  ])('refuses "%s"', (text) => {
    expect(parseIpv6(text)).toBeNull()
  })

  it('takes what the system takes for an address without zone', () => {
    const text = fc
      .array(fc.constantFrom('1', 'ab', 'ffff', '0', ':', ':', '::', '.', '9', '12345'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV6()), (text) => {
        expect(parseIpv6(text) !== null).toBe(isIPv6(text))
      }),
    )
  })
})
