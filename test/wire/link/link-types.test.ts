import { describe, expect, it } from 'vitest'
import { linkTypeByName, linkTypeName } from '../../../src/wire/link/link-types.js'

describe('linkTypeByName()', () => {
  const cases: [string, number | null][] = [
    ['ETHERNET', 1],
    ['ethernet', 1],
    ['LINKTYPE_ETHERNET', 1],
    ['linktype_ethernet', 1],
    ['DLT_EN10MB', 1],
    ['en10mb', 1],
    ['dlt_ieee802_11_radio', 127],
    ['IEEE802_11_RADIOTAP', 127],
    ['linux-sll2', 276],
    ['RAW', 101],
    ['user0', 147],
    ['0', 0],
    ['276', 276],
    ['65535', 65_535],
    ['65536', null],
    ['-1', null],
    ['1.5', null],
    ['0x1', null],
    ['', null],
    ['LINKTYPE_', null],
    ['token ring', null],
  ]
  it.each(cases)('reads %j as %j', (name, linkType) => {
    expect(linkTypeByName(name)).toBe(linkType)
  })

  it('reads back every name that linkTypeName() gives', () => {
    const named = Array.from({ length: 400 }, (_, linkType) => linkType).filter(
      (linkType) => linkTypeName(linkType) !== 'UNKNOWN',
    )
    expect(named.length).toBeGreaterThan(120)
    for (const linkType of named) expect(linkTypeByName(linkTypeName(linkType))).toBe(linkType)
  })
})

describe('linkTypeName()', () => {
  it.each([
    [1, 'ETHERNET'],
    [105, 'IEEE802_11'],
    [239, 'NFLOG'],
    [399, 'UNKNOWN'],
  ])('names %d %s', (linkType, name) => {
    expect(linkTypeName(linkType)).toBe(name)
  })
})
