import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { readTree, runProgram, withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'

/** 2024-03-05 09:30:00 UTC */
const FIRST_SEC = 1_709_631_000
const FIXTURES = resolve('fixtures')
const client = endpoint('192.0.2.1', 4_000)
const server = endpoint('198.51.100.1', 80)
const NAME = '20240305093000-TCP-192.0.2.1.4000-198.51.100.1.80'
const SWAPPED = '20240305093000-TCP-198.51.100.1.80-192.0.2.1.4000'

/** A new connection with the same addresses and ports every few milliseconds. */
function reuse(connections: number): Buffer {
  const script = new Script(FIRST_SEC)
  for (let i = 0; i < connections; i++) {
    const isn = 1_000_000 * (i + 1)
    const tcp = script.tcp({ client, server, atMs: 100 * i, stepMs: 10, isns: [isn, isn + 500] })
    tcp.open()
    tcp.send(0, `question ${i}`)
    tcp.send(1, `answer ${i}`)
    if (i % 2 === 0) tcp.close(0)
  }
  return script.toPcap()
}

const suffix = (i: number) => (i === 0 ? '' : `~${i + 1}`)

it.concurrent.each([1, 5])(
  'connections of one second and the same ports get ~2, ~3 … with %d workers',
  (workers) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), reuse(4))
      const args = ['a.pcap', '-s', '-m', '-o', 'out', '-q', '--workers', `${workers}`, '--index', 'x.jsonl']
      const { code, stderr } = await runProgram(args, { cwd: folder })
      expect([code, stderr]).toEqual([0, ''])
      const tree = readTree(join(folder, 'out'))
      const expected = Array.from({ length: 4 }, (_, i) => [
        [`${NAME}${suffix(i)}.txt`, `question ${i}`],
        [`${SWAPPED}${suffix(i)}.txt`, `answer ${i}`],
      ]).flat()
      const data = [...tree].filter(([name]) => !name.includes('metadata'))
      expect(Object.fromEntries(data.map(([name, bytes]) => [name, bytes.toString()]))).toEqual(
        Object.fromEntries(expected),
      )
      expect(tree.size).toBe(4 * 3)
      const index = readTree(folder).get('x.jsonl')!.toString().trimEnd().split('\n')
      expect(index.map((line) => JSON.parse(line).orig_file)).toEqual(
        Array.from({ length: 4 }, (_, i) => `${NAME}${suffix(i)}.txt`),
      )
    }),
)

it.concurrent('connections of one second in both directions are counted together, with the sides apart or not', () =>
  withFolder(async (folder) => {
    const script = new Script(FIRST_SEC)
    const there = script.tcp({ client, server, stepMs: 10 })
    there.open()
    there.send(0, 'there')
    there.close(0)
    const back = script.tcp({ client: server, server: client, atMs: 300, stepMs: 10, isns: [7, 8] })
    back.open()
    back.send(0, 'back')
    writeFileSync(join(folder, 'a.pcap'), script.toPcap())
    const treeOf = async (out: string, ...options: string[]) => {
      await runProgram(['a.pcap', '-o', out, '-q', ...options], { cwd: folder })
      const tree = readTree(join(folder, out))
      return Object.fromEntries([...tree].map(([name, bytes]) => [name, bytes.toString()]))
    }
    expect(await treeOf('one')).toEqual({ [`${NAME}.txt`]: 'there', [`${SWAPPED}~2.txt`]: 'back' })
    expect(await treeOf('two', '-s')).toEqual({ [`${NAME}.txt`]: 'there', [`${SWAPPED}~2.txt`]: 'back' })
  }))

describe.concurrent('the same capture under two names, so that time goes back', () => {
  // Every 5-tuple and second comes twice.
  const captures = [
    'handshake.pcap',
    'dns.pcap',
    'port-reuse-same-second.pcap',
    'reset.pcap',
    'icmp-errors.pcap',
  ]

  it('gives all files again with other numbers, and the same tree with --force', () =>
    withFolder(async (folder) => {
      const reusing = reuse(40) // 4 seconds
      mkdirSync(join(folder, 'in'))
      for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, 'in', name), reusing)
      const run = (out: string, inputs: string[], ...options: string[]) =>
        runProgram([...inputs, '-o', out, '-q', '-s', '--index', `${out}.jsonl`, ...options], { cwd: folder })
      await run('once', ['in/a'])
      const once = readTree(join(folder, 'once'))
      expect(once.size).toBe(2 * 40)
      expect((await run('out', ['in'])).code).toBe(0)
      const tree = readTree(join(folder, 'out'))
      const countOf = (content: string) =>
        [...tree.values()].filter((bytes) => bytes.toString() === content).length
      for (let i = 0; i < 40; i++)
        expect([i, countOf(`question ${i}`), countOf(`answer ${i}`)]).toEqual([i, 3, 3])
      expect(tree.size).toBe(3 * once.size)
      for (const [name, bytes] of once)
        expect([name, tree.get(name)?.toString()]).toEqual([name, bytes.toString()])

      // Once more over what is there: the same tree, with any number of workers.
      const before = treeHashes(join(folder, 'out'))
      for (const workers of ['1', '5']) {
        const again = await run('out', ['in'], '--force', '--workers', workers)
        expect([again.code, again.stderr]).toEqual([0, ''])
        expect(treeDifferences(before, treeHashes(join(folder, 'out')))).toEqual([])
      }
    }))

  it.each(captures)('loses no file of %s', (capture) =>
    withFolder(async (folder) => {
      const path = join(FIXTURES, capture)
      writeFileSync(join(folder, 'copy.pcap'), readTree(FIXTURES).get(capture)!)
      const { code, stderr } = await runProgram(
        [
          path,
          'copy.pcap',
          '--tcp-timeout',
          '0.5',
          '--udp-timeout',
          '0.5',
          '-o',
          'out',
          '-q',
          '--summary',
          's.json',
        ],
        { cwd: folder },
      )
      expect([code, stderr]).toEqual([0, ''])
      const tree = readTree(folder)
      const { files, bytes, errors } = JSON.parse(tree.get('s.json')!.toString())
      const written = [...tree].filter(([name]) => name.startsWith('out/'))
      expect([written.length, errors]).toEqual([files, []])
      expect(written.reduce((sum, [, content]) => sum + content.length, 0)).toBe(bytes.written)
    }),
  )
})
