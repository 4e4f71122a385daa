import { describe, expect, it } from 'vitest'
import { linkLayer } from '../../../src/wire/link/link-layers.js'
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
    ['DLT_RAW', 101],
    ['juniper_ether', 178],
    ['DLT_OLD_PFLOG', 17],
    ['dlt_hdlc', 112],
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
    expect(named.length).toBeGreaterThan(180)
    const readBack = named.map((linkType) => [linkType, linkTypeByName(linkTypeName(linkType))])
    expect(readBack.filter(([linkType, back]) => linkType !== back)).toEqual([
      [11, 100], // the numbers that some systems write
      [12, 101],
      [14, 101],
    ])
  })

  it('has a name for every link type that is decoded', () => {
    const decoded = Array.from({ length: 65_536 }, (_, linkType) => linkType).filter(
      (linkType) => linkLayer(linkType) !== undefined,
    )
    expect(decoded.length).toBeGreaterThan(70)
    expect(decoded.filter((linkType) => linkTypeName(linkType) === 'UNKNOWN')).toEqual([])
  })
})

describe('linkTypeName()', () => {
  it.each([
    [1, 'ETHERNET'],
    [105, 'IEEE802_11'],
    [239, 'NFLOG'],
    [178, 'JUNIPER_ETHER'],
    [302, 'EDK2_MM'],
    [12, 'RAW'],
    [399, 'UNKNOWN'],
  ])('names %d %s', (linkType, name) => {
    expect(linkTypeName(linkType)).toBe(name)
  })
})
