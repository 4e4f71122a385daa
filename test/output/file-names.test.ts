import { rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ConnectionTable, NONE } from '../../src/flow/connection-table.js'
import { FileNames, type NameOptions } from '../../src/output/file-names.js'
import { addConnection, runMarker, type TestConnection, tempFolder } from './support.js'

const OPTIONS: NameOptions = {
  utc: true,
  separateSides: false,
  json: false,
  writesData: true,
  writesMetadata: false,
  runMarkerMs: 0,
}

function setUp(options: Partial<NameOptions> = {}) {
  const table = new ConnectionTable()
  const names = new FileNames(table, { ...OPTIONS, ...options })
  const add = (given: TestConnection = {}, previous = NONE, isTimeBack = false): number => {
    const connection = addConnection(table, given)
    names.nameConnection(connection, previous, isTimeBack)
    return connection
  }
  return { table, names, add }
}

const REVERSED = { orig: '10.0.0.2', resp: '10.0.0.1', origPort: 80, respPort: 1000 }

describe('FileNames', () => {
  it.each<[string, TestConnection, Partial<NameOptions>, string, string]>([
    [
      'TCP',
      {},
      {},
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80.txt',
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80-metadata.txt',
    ],
    [
      'JSON',
      {},
      { json: true },
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80.json',
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80-metadata.json',
    ],
    [
      'a protocol without ports',
      { protocol: 1, origPort: 0, respPort: 0 },
      {},
      '20190722081132-ICMP-10.0.0.1.0-10.0.0.2.0.txt',
      '20190722081132-ICMP-10.0.0.1.0-10.0.0.2.0-metadata.txt',
    ],
    [
      'IPv6',
      { protocol: 17, orig: '2001:db8:0:0:0:0:0:1', resp: '0:0:0:0:0:0:0:1' },
      {},
      '20190722081132-UDP-2001_db8__1.1000-__1.80.txt',
      '20190722081132-UDP-2001_db8__1.1000-__1.80-metadata.txt',
    ],
  ])('names %s', (_name, given, options, data, metadata) => {
    const { names, add } = setUp(options)
    names.startCapture('folder')
    const connection = add(given)
    expect(names.dataPath(connection, 0)).toBe(join('folder', data))
    expect(names.metadataPath(connection)).toBe(join('folder', metadata))
  })

  it('swaps the endpoints of side 1 where the sides are apart', () => {
    const apart = setUp({ separateSides: true })
    expect(apart.names.dataName(apart.add(), 1)).toBe('20190722081132-TCP-10.0.0.2.80-10.0.0.1.1000.txt')
    const together = setUp()
    expect(together.names.dataName(together.add(), 1)).toBe(
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80.txt',
    )
  })

  it('numbers connections of one key and one second', () => {
    const { names, add } = setUp({ separateSides: true })
    const first = add()
    const second = add({ nsec: 900_000_000 }, first)
    const third = add({ nsec: 950_000_000 }, second)
    const later = add({ sec: 1563783093 }, third)
    expect([first, second, third, later].map((c) => names.dataName(c, 0))).toEqual([
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80.txt',
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80~2.txt',
      '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80~3.txt',
      '20190722081133-TCP-10.0.0.1.1000-10.0.0.2.80.txt',
    ])
    expect(names.dataName(second, 1)).toBe('20190722081132-TCP-10.0.0.2.80-10.0.0.1.1000~2.txt')
    expect(names.metadataPath(second)).toBe('20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80~2-metadata.txt')
  })

  it('counts the opposite direction only where its names are the same', () => {
    const ordinals = (separateSides: boolean): (number | undefined)[] => {
      const { table, add } = setUp({ separateSides })
      const a = add()
      const b = add(REVERSED, a)
      const c = add({}, b)
      const d = add(REVERSED, c)
      return [a, b, c, d].map((connection) => table.nameOrdinal[connection])
    }
    expect(ordinals(true)).toEqual([1, 2, 3, 4])
    expect(ordinals(false)).toEqual([1, 1, 2, 2])
  })

  it('is not misled by the column of a connection that had the number before', () => {
    const { table, add } = setUp()
    const first = add()
    const second = add(REVERSED, first)
    table.release(second)
    table.release(first)
    expect(table.nameOrdinal[add({ orig: '10.9.9.9' })]).toBe(1)
    expect(table.nameOrdinal[add(REVERSED)]).toBe(1)
  })

  it('takes the next name that no file of the run has when time went back', () => {
    const folder = tempFolder()
    const { names, add, table } = setUp({
      separateSides: true,
      writesMetadata: true,
      runMarkerMs: runMarker(folder),
    })
    names.startCapture(folder)
    const base = '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80'
    writeFileSync(join(folder, `${base}.txt`), '')
    writeFileSync(join(folder, `20190722081132-TCP-10.0.0.2.80-10.0.0.1.1000~2.txt`), '')
    writeFileSync(join(folder, `${base}~3-metadata.txt`), '')
    symlinkSync('nowhere', join(folder, `${base}~4.txt`))
    expect(table.nameOrdinal[add()]).toBe(1)
    expect(table.nameOrdinal[add({}, NONE, true)]).toBe(5)
  })

  it('finds names that were taken before times went back and forth', () => {
    const folder = tempFolder()
    const { names, add, table } = setUp({ runMarkerMs: runMarker(folder) })
    names.startCapture(folder)
    const ordinals: (number | undefined)[] = []
    let previous = NONE
    for (const sec of [10, 11, 10, 11, 11, 10]) {
      const connection = add({ sec }, previous)
      writeFileSync(names.dataPath(connection, 0), '', { flag: 'wx' })
      ordinals.push(table.nameOrdinal[connection])
      previous = connection
    }
    expect(ordinals).toEqual([1, 1, 2, 2, 3, 3])
  })

  it('does not begin every search at the first name', () => {
    const folder = tempFolder()
    const { names, add, table } = setUp({ runMarkerMs: runMarker(folder) })
    names.startCapture(folder)
    let previous = NONE
    for (let i = 0; i < 40; i++) {
      const connection = add({ sec: 10 + (i & 1) }, previous)
      writeFileSync(names.dataPath(connection, 0), '', { flag: 'wx' })
      previous = connection
    }
    rmSync(join(folder, names.dataName(previous, 0).replace('~20', '~7')))
    expect(table.nameOrdinal[add({ sec: 11 }, add({ sec: 10 }, previous))]).toBe(21)
  })

  it('goes on looking for free names in a second that times came back to', () => {
    const folder = tempFolder()
    const { names, add } = setUp({ separateSides: true, runMarkerMs: runMarker(folder) })
    names.startCapture(folder)
    const write = (connection: number, side: number) =>
      writeFileSync(names.dataPath(connection, side), '', { flag: 'wx' })
    const first = add({ ...REVERSED, sec: 22 }) // without payload
    const second = add({ ...REVERSED, sec: 22 }, first)
    write(second, 1)
    const third = add({ sec: 23 }, second)
    const fourth = add({ sec: 22 }, third)
    write(fourth, 1)
    const fifth = add({ ...REVERSED, sec: 22 }, fourth)
    write(fifth, 1)
  })

  it('does not count a file that was there before the run, whatever times it has', async () => {
    const folder = tempFolder()
    const path = join(folder, '20190722081132-TCP-10.0.0.1.1000-10.0.0.2.80.txt')
    writeFileSync(path, '')
    utimesSync(path, 4e9, 4e9)
    await sleep(20)
    const { names, add, table } = setUp({ runMarkerMs: runMarker(folder) })
    names.startCapture(folder)
    expect(table.nameOrdinal[add({}, NONE, true)]).toBe(1)
  })
})
