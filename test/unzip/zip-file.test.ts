import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { endRecords, MAX_RECORD_BYTES, Method, ZipHeader } from '../../src/output/zip/zip-format.js'
import { ZipFile } from '../../src/unzip/zip-file.js'

const folder = mkdtempSync(join(tmpdir(), 'unzip-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** An entry as it is written, and what the archive says of it falsely. */
interface Given {
  readonly name: string
  readonly content: string
  readonly isDeflated?: boolean
  /** Size in both headers. */
  readonly size?: number
  /** Size of the data in both headers. */
  readonly stored?: number
  readonly crc?: number
  /** Where the directory says that it is. */
  readonly offset?: number
  /** Name in the local header. */
  readonly localName?: string
}

let archives = 0

/** Writes an archive, after `change` has changed its bytes. */
function zipOf(entries: readonly Given[], change: (bytes: Buffer) => Buffer = (bytes) => bytes): string {
  const header = new ZipHeader()
  const record = Buffer.alloc(MAX_RECORD_BYTES)
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, isDeflated = false, offset, localName = name, ...given } of entries) {
    const data = isDeflated ? deflateRawSync(content) : Buffer.from(content)
    const { size = content.length, crc = crc32(content), stored = data.length } = given
    const method = isDeflated ? Method.DEFLATED : Method.STORED
    header.set({ name: Buffer.from(name), crc, size, sec: 0 }, method, stored)
    directory.push(Buffer.from(record.subarray(0, header.writeCentral(record, offset ?? at))))
    header.set({ name: Buffer.from(localName), crc, size, sec: 0 }, method, stored)
    parts.push(Buffer.from(record.subarray(0, header.writeLocal(record))), data)
    at += parts.at(-2)!.length + data.length
  }
  const bytes = directory.reduce((sum, { length }) => sum + length, 0)
  archives += 1
  const path = join(folder, `${archives}.zip`)
  writeFileSync(path, change(Buffer.concat([...parts, ...directory, endRecords(entries.length, bytes, at)])))
  return path
}

async function readAll(path: string): Promise<Map<string, string>> {
  const zip = await ZipFile.open(path)
  try {
    const names: string[] = []
    for await (const { name } of zip.entries()) names.push(name.toString())
    const contents = new Map<string, string>()
    for (const name of names) {
      const parts: Buffer[] = []
      for await (const part of (await zip.content((await zip.find(name))!)).parts()) parts.push(part)
      contents.set(name, Buffer.concat(parts).toString())
    }
    return contents
  } finally {
    await zip.close()
  }
}

const A = { name: 'a.txt', content: 'first' }
const B = { name: 'b/c.txt', content: 'second '.repeat(100), isDeflated: true }
const B_AT = 30 + 5 + 5
/** Where the directory of an archive with A alone begins. */
const DIRECTORY = B_AT

describe('ZipFile', () => {
  it('reads entries that are stored and deflated, at any place', async () => {
    const path = zipOf([A, B, { name: 'empty', content: '' }])
    expect(await readAll(path)).toEqual(
      new Map([
        ['a.txt', 'first'],
        ['b/c.txt', B.content],
        ['empty', ''],
      ]),
    )
    const zip = await ZipFile.open(path)
    const content = await zip.content((await zip.find('a.txt'))!)
    expect((await content.read(2, 100)).toString()).toBe('rst')
    expect((await content.read(5, 1)).length).toBe(0)
    expect(await zip.find('a')).toBe(null)
    await zip.close()
  })

  it('reads one with a comment, and an empty one', async () => {
    const comment = Buffer.from('a comment')
    const path = zipOf([A], (bytes) => {
      bytes.writeUInt16LE(comment.length, bytes.length - 2)
      return Buffer.concat([bytes, comment])
    })
    expect((await readAll(path)).size).toBe(1)
    expect((await readAll(zipOf([]))).size).toBe(0)
  })

  it('finds each of many entries', async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => ({ name: `${i % 7}/${i}`, content: `${i}` }))
    const zip = await ZipFile.open(zipOf(many))
    for (const i of [0, 1, 34_567, 69_999]) {
      const content = await zip.content((await zip.find(`${i % 7}/${i}`))!)
      expect((await content.read(0, 9)).toString()).toBe(`${i}`)
    }
    await zip.close()
  })

  it.each<[string, readonly Given[], number, string]>([
    ['another folder', [{ ...A, name: '../a.txt' }], B_AT + 3, 'leads to another folder'],
    ['a folder above, on the way', [{ ...A, name: 'a/../../b' }], B_AT + 4, 'leads to another folder'],
    ['a root', [{ ...A, name: '/a.txt' }], B_AT + 1, 'begins at a root'],
    ['a drive', [{ ...A, name: 'C:a.txt' }], B_AT + 2, 'begins at a root'],
    ['a backslash', [{ ...A, name: '..\\a' }], B_AT - 1, 'has a backslash'],
    ['a zero', [{ ...A, name: 'a\0b' }], B_AT - 2, 'has a zero'],
    ['nothing', [{ ...A, name: '' }], B_AT - 5, 'is empty'],
  ])('refuses an archive with a name of %s', async (_name, entries, at, problem) => {
    await expect(ZipFile.open(zipOf(entries))).rejects.toThrow(
      new RegExp(`at byte ${at}: the name .* ${problem}`),
    )
  })

  it.each<[string, readonly Given[], number, string]>([
    ['more bytes than it says', [{ ...B, size: 10 }], 37, 'must have 10 bytes: found more'],
    ['fewer bytes than it says', [{ ...B, size: 1000 }], 37, 'must have 1000 bytes: found 700'],
    ['two sizes though it is stored', [{ ...A, size: 4 }], DIRECTORY, 'must have one size'],
    ['data that end before their end', [{ ...B, stored: 5 }], 37, 'its data are damaged'],
    ['another checksum', [{ ...A, crc: 1 }], 35, 'a checksum does not fit'],
    ['another name where it is', [{ ...A, localName: 'b.txt' }], 0, 'another name or method'],
    ['no place', [{ ...A, offset: 7 }], 7, 'an entry must be here: found none'],
    ['a place behind the end', [{ ...A, offset: 1e6 }], 1e6, 'an entry must be here: found none'],
    [
      'data that reach into the directory',
      [{ ...A, size: 9, stored: 9 }],
      DIRECTORY,
      'must end before byte 40',
    ],
    [
      'data that reach into the next',
      [
        { ...A, size: 50, stored: 50 },
        { ...A, name: 'b.txt' },
      ],
      80,
      'must end before byte 40',
    ],
    ['the place of another', [A, { ...A, name: 'b.txt', offset: 0 }], 80, 'another entry is at byte 0, too'],
    ['the name of another', [A, A], 131, 'there is another entry "a.txt"'],
  ])('refuses an entry with %s', async (_name, entries, at, problem) => {
    const path = zipOf(entries)
    await expect(readAll(path)).rejects.toThrow(`Cannot use "${path}" at byte ${at}: `)
    await expect(readAll(path)).rejects.toThrow(problem)
  })

  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['nothing', () => Buffer.alloc(0), 'at byte 0: it does not end as a ZIP archive does'],
    ['a cut archive', (bytes) => bytes.subarray(0, -5), 'it does not end as a ZIP archive does'],
    [
      'no records',
      (bytes) => bytes.fill(0, DIRECTORY, bytes.length - 22),
      `at byte ${DIRECTORY}: a record of the directory must be`,
    ],
    [
      'a directory elsewhere',
      (bytes) => bytes.fill(1, bytes.length - 6, bytes.length - 2),
      'its directory must end where its end begins',
    ],
    [
      'more entries than there is room for',
      (bytes) => bytes.fill(9, bytes.length - 14, bytes.length - 10),
      'cannot have 2313 entries in',
    ],
    [
      'encrypted entries',
      (bytes) => {
        bytes[DIRECTORY + 8] = 1
        return bytes
      },
      `at byte ${DIRECTORY}: an entry is encrypted`,
    ],
    [
      'another method',
      (bytes) => {
        bytes[DIRECTORY + 10] = 12
        return bytes
      },
      'must be stored or deflated: found method 12',
    ],
    [
      'a name that leads out of the directory',
      (bytes) => {
        bytes.writeUInt16LE(9999, DIRECTORY + 28)
        return bytes
      },
      'a record leads out of the directory',
    ],
  ])('refuses %s', async (_name, change, problem) => {
    await expect(readAll(zipOf([A], change))).rejects.toThrow(problem)
  })

  it('refuses any archive with a changed byte, or reads what was there', async () => {
    const expected = await readAll(zipOf([A, B]))
    const length = statSync(zipOf([A, B])).size
    for (let at = 0; at < length; at++) {
      const path = zipOf([A, B], (bytes) => {
        bytes[at]! ^= 0x55
        return bytes
      })
      const found = await readAll(path).catch((error: Error) => error)
      if (found instanceof Error) expect(found.message).toContain(`Cannot use "${path}" at byte `)
      else expect([...found.values()]).toEqual([...expected.values()])
    }
  })
})
