import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryCapture, generateCapture } from '../determinism/arbitrary-capture.js'
import { readTree, runProgram, withFolder } from '../support/program.js'

const FORMS: readonly (readonly [form: string, options: readonly string[]])[] = [
  ['files', []],
  ['files', ['-d', '--gaps', 'zeros']],
  ['sides', ['-s']],
  ['json', ['-j']],
]

/** Paths of a tree's files that are of packets, or that are not. */
function only(tree: ReadonlyMap<string, Buffer>, arePackets: boolean) {
  return new Map([...tree].filter(([path]) => path.endsWith('.pcapng') === arePackets))
}

/** Converts captures, makes an archive of them, and has all its connections again. */
async function compare(
  folder: string,
  names: readonly string[],
  [form, options]: (typeof FORMS)[number],
  reading: readonly string[],
  setting: readonly string[],
) {
  const inputs = names.map((name) => join(folder, name))
  const list = join(folder, 'list.jsonl')
  const run = (args: readonly string[], input = '') =>
    runProgram([...args, '-q'], { stdin: Buffer.from(input) })
  const whole = join(folder, 'whole')
  const converted = await run([...inputs, ...reading, ...options, '--pcap', '-o', whole, '--index', list])
  const archive = join(folder, 'archive')
  const indexed = await run(['index', ...inputs, ...reading, ...setting, '-o', archive])
  expect([indexed.code, indexed.stderr]).toEqual([converted.code, converted.stderr])
  const uids = [...readFileSync(list, 'utf8').matchAll(/"uid":"(\w+)"/g)].map(([, uid]) => uid).join('\n')
  if (uids === '') return
  for (const [as, extra, arePackets] of [
    [form, options.filter((option) => !/^-[sj]$/.test(option)), false],
    ['pcap', [], true],
  ] as const) {
    const got = join(folder, `got-${as}`)
    mkdirSync(got)
    const { code, stderr } = await run(['get', archive, '-', '--as', as, '-o', got, ...extra], uids)
    expect([code, stderr]).toEqual([0, ''])
    expect(readTree(got)).toEqual(only(readTree(whole), arePackets))
  }
}

const reading = fc.constantFrom(
  ['--merge'],
  ['--merge'],
  ['--merge', '--dedup', 'off'],
  ['--merge', '-e', 'tcp or vlan'],
  [],
)

describe('an archive', () => {
  it('gives back what a conversion writes, of any capture in any files, one after the other or merged', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryCapture,
        fc.constantFrom(...FORMS),
        reading,
        fc.constantFrom('1', '2', '7'),
        (recipe, form, reading, workers) =>
          withFolder(async (folder) => {
            const files = generateCapture(recipe)
            for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes)
            const names = files.map(({ name }) => name)
            await compare(folder, names, form, reading, ['--workers', workers])
          }),
      ),
      { numRuns: Number(process.env.RUNS ?? 5) },
    )
  }, 600_000)
})
