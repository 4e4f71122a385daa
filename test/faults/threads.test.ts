import { readdirSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  expectClearEnd,
  expectSameTree,
  interleaved,
  preload,
  run,
  summaryIn,
  withCapture,
} from './fault-run.js'

/** More than is unpacked or sent in one piece. */
const LARGE = interleaved(300, 8)
const UNPACKABLE = resolve('test/e2e/data/troubled.pcap.zst')

/** Loads a module before the program, and gives threads a heap of that many MiB. */
const broken = (name: string, heapMiB = 200) => ({
  env: { NODE_OPTIONS: `${preload(name).NODE_OPTIONS} --max-old-space-size=${heapMiB}` },
})

async function expectWholeAgain(folder: string, args: readonly string[]): Promise<void> {
  const again = await run(folder, [...args, '-o', 'out', '-q', '--force'])
  expectClearEnd(folder, again, 0, /^$/)
  await run(folder, [...args, '-o', 'expected', '-q'])
  expectSameTree(join(folder, 'expected'), join(folder, 'out'))
}

describe('the run ends with what was wrong, and can be repeated', () => {
  it('when a worker has no more memory', () =>
    withCapture(async (folder) => {
      const args = ['capture.pcap', '-o', 'out', '-q', '--workers', '2', '--summary', 'summary.json']
      const result = await run(folder, args, broken('full-heap', 60))
      expectClearEnd(
        folder,
        result,
        75,
        /^(?:problem [^\n]+\n)?error +Worker [12] of 2 died: [^\n]*memory[^\n]*\n$/,
      )
      expect(summaryIn(folder).errors[0]).toMatch(/^Worker [12] of 2 died: /)
      await expectWholeAgain(folder, ['capture.pcap', '--workers', '2'])
    }))

  it('when the memory of all threads is not to be had', () =>
    withCapture(async (folder) => {
      const args = ['capture.pcap', '-o', 'out', '-q', '--workers', '2', '--memory', '8G']
      const result = await run(folder, args, broken('no-shared-memory'))
      expectClearEnd(
        folder,
        result,
        75,
        /^pcap2conn: Cannot use --memory: the system refuses so much memory \(\d+ MiB[^\n]+\n$/,
      )
    }))

  it.skipIf(platform() !== 'linux')('when there are too few addresses, and what helps helps', () =>
    withCapture(async (folder) => {
      const args = ['capture.pcap', '-o', 'out', '-q', '--workers', '2', '--memory', '1M']
      const shell = 'ulimit -v 4000000'
      const refused = await run(folder, args, { shell })
      expect(refused.code).toBeGreaterThan(0)
      expect(refused.stderr).toMatch(
        /^pcap2conn: Cannot begin: the system refuses address space [^\n]+\(raise ulimit -v, [^\n]+\n$/,
      )
      const env = { NODE_OPTIONS: '--disable-wasm-trap-handler' }
      const { code, stderr } = await run(folder, args, { shell, env })
      expect([code, stderr]).toEqual([0, ''])
    }),
  )

  it('when the dispatcher throws', () =>
    withCapture(async (folder) => {
      writeFileSync(join(folder, 'large.pcap'), LARGE)
      const args = ['large.pcap', '-o', 'out', '-q', '--workers', '2', '--summary', 'summary.json']
      const result = await run(folder, args, broken('throwing-dispatcher'))
      expectClearEnd(
        folder,
        result,
        70,
        /^error +broken for the test \(the run stopped there: 1 of 1 inputs were not read whole\)\n(?:error [^\n]+\n)*$/,
      )
      expect(summaryIn(folder).errors[0]).toMatch(/^broken for the test/)
      await expectWholeAgain(folder, ['large.pcap', '--workers', '2'])
    }))

  it('when the thread that unpacks an input dies, which leaves the other inputs whole', () =>
    withCapture(async (folder) => {
      const args = [UNPACKABLE, 'capture.pcap', '-o', 'out', '-q', '--per-file', '--summary', 'summary.json']
      const result = await run(folder, args, broken('dying-decompressor'))
      expectClearEnd(folder, result, 75, /^problem +[^\n]*troubled\.pcap\.zst"[^\n]+\n$/)
      expect(
        summaryIn(folder)
          .inputs.map(({ status }) => status)
          .sort(),
      ).toEqual(expect.arrayContaining(['ok']))
      await run(folder, ['capture.pcap', '-o', 'alone', '-q', '--per-file'])
      expectSameTree(join(folder, 'alone/capture.pcap'), join(folder, 'out/capture.pcap'))
      await expectWholeAgain(folder, [UNPACKABLE, 'capture.pcap', '--per-file'])
      expect(readdirSync(join(folder, 'out'))).toHaveLength(2)
    }))
})
