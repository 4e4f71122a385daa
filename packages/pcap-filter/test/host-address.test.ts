import { expect, it } from 'vitest'
import { hostAddress } from '../src/host-address.js'

it.each<[string, number[] | null]>([
  ['192.0.2.7', [192, 0, 2, 7]],
  ['0.0.0.0', [0, 0, 0, 0]],
  ['2001:db8::5', [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]],
  ['fe80::1%eth0', [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
  ['::ffff:192.0.2.7', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7]],
  ['192.0.2', null],
  ['192.0.2.256', null],
  ['ff', null],
  ['', null],
  ['host', null],
])('hostAddress() reads %j', (text, bytes) => {
  const found = hostAddress(text)
  expect(found && [...found]).toEqual(bytes)
})
