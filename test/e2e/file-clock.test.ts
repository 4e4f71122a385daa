import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { readTree, runProgram, withFolder } from '../support/program.js'
import { treeDifferences, treeHashes } from '../support/trees.mjs'

/** 2024-03-05 09:30:00 UTC */
const FIRST_SEC = 1_709_631_000
const CONNECTIONS = 20
const COPIES = 4
const client = endpoint('192.0.2.1', 4_000)
const server = endpoint('198.51.100.1', 80)

/** The same 5-tuple again and again within two seconds. */
const capture = (() => {
  const script = new Script(FIRST_SEC)
  for (let i = 0; i < CONNECTIONS; i++) {
    const isn = 1_000_000 * (i + 1)
    const tcp = script.tcp({ client, server, atMs: 100 * i, stepMs: 10, isns: [isn, isn + 500] })
    tcp.open()
    tcp.send(0, `question ${i}`)
    tcp.send(1, `answer ${i}`)
    tcp.close(0)
  }
  return script.toPcap()
})()

// The output folder's file system and that of temporary files need not agree on the time.
describe.concurrent.each<[string, string]>([
  ['whole seconds (exFAT)', 'behind=0&step=2000'],
  ['60 s behind', 'behind=60000&step=1'],
  ['60 s ahead', 'behind=-60000&step=1'],
])('with an output folder whose times are %s', (_name, query) => {
  const preload = resolve('test/e2e/preload/file-clock.mjs')
  const env = { NODE_OPTIONS: `--import=file://${preload}?${query}` }
  const args = ['in', '-s', '-m', '-o', 'out', '-q']

  it.each([1, 3])('no file is lost when time goes back, with %d workers', (workers) =>
    withFolder(async (folder) => {
      mkdirSync(join(folder, 'in'))
      for (let i = 0; i < COPIES; i++) writeFileSync(join(folder, 'in', `${i}.pcap`), capture)
      const run = (...options: string[]) =>
        runProgram([...args, '--workers', `${workers}`, ...options], { cwd: folder, env })
      const first = await run()
      expect([first.code, first.stderr]).toEqual([0, ''])
      const tree = readTree(join(folder, 'out'))
      expect(tree.size).toBe(CONNECTIONS * COPIES * 3)
      const countOf = (content: string) =>
        [...tree.values()].filter((bytes) => bytes.toString() === content).length
      for (let i = 0; i < CONNECTIONS; i++)
        expect([i, countOf(`question ${i}`), countOf(`answer ${i}`)]).toEqual([i, COPIES, COPIES])

      // Over what is there: refused, or the same again.
      const before = treeHashes(join(folder, 'out'))
      expect((await run('--force')).code).toBe(0)
      expect(treeDifferences(before, treeHashes(join(folder, 'out')))).toEqual([])
      const refused = await run()
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('file exists')])
      expect(treeDifferences(before, treeHashes(join(folder, 'out')))).toEqual([])
    }),
  )
})
