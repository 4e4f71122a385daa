import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { InputError } from '../../src/errors.js'
import { MAX_LINE_BYTES, openIndex } from '../../src/report/index-lines.js'
import { withFolder } from '../support/program.js'

/** Lines of a file with their places, as reading gives them. */
async function linesOf(content: string): Promise<(readonly [number, string])[]> {
  return withFolder(async (folder) => {
    const path = join(folder, 'i.jsonl')
    writeFileSync(path, content)
    const reading = await openIndex(path)
    const lines: (readonly [number, string])[] = []
    const take = (bytes: Buffer, from: number, to: number, offset: number) => {
      lines.push([offset, bytes.toString('utf8', from, to)])
    }
    try {
      while (await reading.next(take));
      return lines
    } finally {
      await reading.close()
    }
  })
}

it.each<[string, string, [number, string][]]>([
  ['nothing', '', []],
  [
    'lines with their places',
    'ab\nc\n',
    [
      [0, 'ab'],
      [3, 'c'],
    ],
  ],
  [
    'a last line without an end',
    'ab\nc',
    [
      [0, 'ab'],
      [3, 'c'],
    ],
  ],
  [
    'lines that end in CRLF',
    'ab\r\nc\r\n',
    [
      [0, 'ab'],
      [4, 'c'],
    ],
  ],
  ['no empty line', '\n\nab\n\n', [[2, 'ab']]],
])('gives %s', async (_name, content, expected) => {
  expect(await linesOf(content)).toEqual(expected)
})

it('gives lines whole that are longer than the blocks it reads, and knows where they begin', async () => {
  const [long, longer] = ['x'.repeat(700_000), 'y'.repeat(1_500_000)]
  const found = await linesOf(`a\n${long}\n${longer}\nb\n`)
  expect(found.map(([offset, line]) => [offset, line.length])).toEqual([
    [0, 1],
    [2, long.length],
    [3 + long.length, longer.length],
    [4 + long.length + longer.length, 1],
  ])
})

it('refuses a line beyond the limit, with its place', async () => {
  const content = `a\n${'x'.repeat(MAX_LINE_BYTES + 2 ** 20)}`
  await expect(linesOf(content)).rejects.toThrow(/i\.jsonl" at byte 2: line must be at most/)
})

it.each([
  ['a file that is not there', 'none.jsonl', 'no such file'],
  ['a folder', 'folder', 'it is a folder'],
])('refuses %s by name', (_name, path, reason) =>
  withFolder(async (folder) => {
    mkdirSync(join(folder, 'folder'))
    const opened = openIndex(join(folder, path))
    await expect(opened).rejects.toThrow(InputError)
    await expect(opened).rejects.toThrow(reason)
  }),
)
