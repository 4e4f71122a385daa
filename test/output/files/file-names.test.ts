import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConnectionTable } from '../../../src/flow/connection-table.js'
import { FileNames, type NameOptions } from '../../../src/output/files/file-names.js'
import { addConnection, type TestConnection } from '../support.js'

const REMEMBERED = 1000

function setUp(options: Partial<NameOptions> = {}) {
  const table = new ConnectionTable()
  const limits = { rememberedPackets: REMEMBERED }
  const names = new FileNames(table, { utc: true, limits, ...options })
  names.startCapture('folder', 0)
  const add = (given: TestConnection = {}): number => {
    const connection = addConnection(table, given)
    names.opened(connection)
    return connection
  }
  return { table, names, add }
}

const REVERSED = { orig: '10.0.0.2', resp: '10.0.0.1', origPort: 80, respPort: 1000 }

describe('FileNames', () => {
  it.each<[string, TestConnection, string]>([
    ['TCP', {}, '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80'],
    [
      'a protocol without ports',
      { protocol: 1, origPort: 0, respPort: 0 },
      '20190722081132-ICMP-10.0.0.1.0-10.0.0.2.0',
    ],
    [
      'IPv6',
      { protocol: 17, orig: '2001:db8:0:0:0:0:0:1', resp: '0:0:0:0:0:0:0:1' },
      '20190722081132-UDP-2001_db8__1.1000-__1.80',
    ],
  ])('names %s', (_name, given, name) => {
    const { names, add } = setUp()
    const connection = add(given)
    expect(names.baseName(connection, 0)).toBe(name)
    expect(names.path(connection, '-metadata.json')).toBe(join('folder', `${name}-metadata.json`))
  })

  it('swaps the endpoints of side 1', () => {
    const { names, add } = setUp()
    expect(names.path(add(), '.txt', 1)).toBe(
      join('folder', '20190722081132-TCP-10.0.0.2.80-10.0.0.1.1000.txt'),
    )
  })

  it('numbers connections of one key and one second', () => {
    const { names, add } = setUp()
    const all = [{}, { nsec: 900_000_000 }, { nsec: 950_000_000 }, { sec: 1563783093 }].map(add)
    expect(all.map((connection) => names.baseName(connection, 0))).toEqual([
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80',
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80~2',
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80~3',
      '20190722081133-TCP-10.0.0.1.1000-10.0.0.2.80',
    ])
    expect(names.baseName(all[1]!, 1)).toBe('20190722081132-TCP-10.0.0.2.80-10.0.0.1.1000~2')
  })

  it('counts connections of both directions', () => {
    const { names, add } = setUp()
    const all = [{}, REVERSED, {}, { protocol: 17 }, REVERSED].map((given) => names.baseName(add(given), 0))
    expect(all).toEqual([
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80',
      '20190722081132-TCP-10.0.0.2.80-10.0.0.1.1000~2',
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80~3',
      '20190722081132-UDP-10.0.0.1.1000-10.0.0.2.80',
      '20190722081132-TCP-10.0.0.2.80-10.0.0.1.1000~4',
    ])
  })

  it('knows which names were taken, whatever is left in the table, when times go back and forth', () => {
    const { table, names, add } = setUp()
    const ordinals = [10, 11, 10, 11, 11, 10].map((sec) => {
      const connection = add({ sec })
      const name = names.baseName(connection, 0)
      table.release(connection)
      return name.split('~')[1] ?? '1'
    })
    expect(ordinals).toEqual(['1', '1', '2', '2', '3', '3'])
  })

  it('begins anew with each capture', () => {
    const { names, add } = setUp()
    add()
    names.startCapture('other', 10)
    expect(names.path(add(), '.txt')).toBe(join('other', '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80.txt'))
  })

  it('takes the number of the first packet where it has forgotten which names were taken', () => {
    const { names, add } = setUp()
    add()
    for (const packets of [REMEMBERED, 2 * REMEMBERED]) names.sweep(1563783093, packets)
    expect(names.baseName(add({ firstNumber: 2001 }), 0)).toBe(
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80~2001',
    )
    expect(names.limitHits).toBe(1)
  })

  it('counts over the hour that comes twice when the local clock is put back', () => {
    const zone = process.env.TZ
    process.env.TZ = 'Europe/Berlin'
    try {
      const { names, add } = setUp({ utc: false })
      const all = [1_729_989_000, 1_729_989_000 + 3600].map((sec) => names.baseName(add({ sec }), 0))
      expect(all).toEqual([
        '20241027023000-TCP-10.0.0.1.1000-10.0.0.2.80',
        '20241027023000-TCP-10.0.0.1.1000-10.0.0.2.80~2',
      ])
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})
