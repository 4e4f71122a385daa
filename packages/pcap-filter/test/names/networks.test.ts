import { expect, it } from 'vitest'
import { networkAddress } from '../../src/names/networks.js'

it.each([
  ['loopback', 0x7f00_0000],
  ['link-local', 0xa9fe_0000],
  ['default', null],
  ['LOOPBACK', null],
  ['', null],
])('knows what network "%s" is', (name, address) => {
  expect(networkAddress(name)).toBe(address)
})
