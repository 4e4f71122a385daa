import { expect, it } from 'vitest'
import { interfacesJson, interfacesTable } from '../../src/cli/interfaces-table.js'
import type { LiveInterface } from '../../src/pipeline/live/live-interfaces.js'

const interfaces: LiveInterface[] = [
  { name: 'eth0', addresses: ['192.0.2.1', 'fe80::1'], description: null, isUp: true, isLoopback: false },
  { name: 'lo', addresses: [], description: 'hostile \x1b[31m', isUp: false, isLoopback: true },
  { name: 'cap0', addresses: [], description: null, isUp: null, isLoopback: false },
]

it('is a table for people, safe for a terminal', () => {
  expect(interfacesTable(interfaces)).toBe(
    [
      'NAME  STATE           ADDRESSES          DESCRIPTION',
      'eth0  up              192.0.2.1 fe80::1',
      'lo    down, loopback  -                  hostile \\x1b[31m',
      'cap0  -               -',
      '',
    ].join('\n'),
  )
})

it('is JSON for programs', () => {
  const text = interfacesJson(interfaces)
  expect(text.endsWith(']\n')).toBe(true)
  expect(JSON.parse(text)[0]).toEqual({
    name: 'eth0',
    addresses: ['192.0.2.1', 'fe80::1'],
    description: null,
    up: true,
    loopback: false,
  })
  expect(JSON.parse(text)[2].up).toBeNull()
})
