import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Summary } from '../../src/summary.js'
import { readTree, runProgram, withFolder } from '../support/program.js'

/** The capture troubled.pcap of this folder in every wrapping: see its README. */
const DATA = join(import.meta.dirname, 'data')
const WRAPPINGS = ['gz', 'zst', 'xz', 'lz4', 'bz2'].map((ending) => `troubled.pcap.${ending}`)
const PLAIN = gunzipSync(readFileSync(join(DATA, 'troubled.pcap.gz')))

async function convert(folder: string, args: readonly string[], stdin?: Uint8Array) {
  const options = ['-q', '--utc', '--summary', 'summary.json', '--force', '-m', '-s']
  const { code, stderr } = await runProgram([...args, ...options], {
    cwd: folder,
    ...(stdin === undefined ? {} : { stdin }),
  })
  const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary
  return { code, stderr, summary }
}

/** Files and their contents; the names are as they are below `folder`. */
function treeOf(folder: string): Map<string, string> {
  return new Map([...readTree(folder)].map(([name, content]) => [name, content.toString('latin1')]))
}

describe.concurrent('a capture', () => {
  it('gives the same tree in every wrapping, from a file and from standard input', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'plain.pcap'), PLAIN)
      await convert(folder, ['plain.pcap', '-o', 'plain'])
      const plain = treeOf(join(folder, 'plain'))
      expect(plain.size).toBeGreaterThan(50)
      for (const name of WRAPPINGS) {
        const { code, summary } = await convert(folder, [join(DATA, name), '-o', name])
        expect([name, code, summary.inputs[0]?.status]).toEqual([name, 0, 'ok'])
        expect(treeOf(join(folder, name))).toEqual(plain)
        const piped = await convert(folder, ['-', '-o', `${name}-piped`], readFileSync(join(DATA, name)))
        expect([name, piped.code]).toEqual([name, 0])
        expect(treeOf(join(folder, `${name}-piped`))).toEqual(plain)
      }
    }))

  it('gives the same among others that are unpacked at the same time', () =>
    withFolder(async (folder) => {
      const copies = Array.from({ length: 12 }, (_, i) => {
        const wrapping = WRAPPINGS[i % WRAPPINGS.length]!
        const name = `${String(i).padStart(2, '0')}-${wrapping}`
        const content = readFileSync(join(DATA, wrapping))
        writeFileSync(join(folder, name), i % 5 === 4 ? gzipSync(PLAIN) : content)
        return name
      })
      writeFileSync(join(folder, 'plain.pcap'), PLAIN)
      await convert(folder, ['plain.pcap', '-o', 'plain'])
      const plain = treeOf(join(folder, 'plain'))
      const { code, summary } = await convert(folder, [
        ...copies,
        '--per-file',
        '-o',
        'out',
        '--workers',
        '2',
      ])
      expect(code).toBe(0)
      expect(summary.inputs.map(({ path, status }) => [path, status])).toEqual(
        copies.map((path) => [path, 'ok']),
      )
      expect(readdirSync(join(folder, 'out'))).toEqual(copies)
      for (const name of copies) expect(treeOf(join(folder, 'out', name))).toEqual(plain)
    }))

  it('is the same for inspect, which names the wrapping', async () => {
    const { code, stdout } = await runProgram(['inspect', '--json', ...WRAPPINGS], { cwd: DATA })
    const { captures } = JSON.parse(stdout.toString()) as {
      captures: { format: { compression: string }; packets: { total: number } }[]
    }
    expect(code).toBe(0)
    expect(captures.map(({ format }) => format.compression)).toEqual(['gzip', 'zstd', 'xz', 'lz4', 'bzip2'])
    expect(new Set(captures.map(({ packets }) => packets.total)).size).toBe(1)
  })

  it('that is cut in its wrapping gives what comes before, and tells the compressed offset', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'plain.pcap'), PLAIN)
      const whole = await convert(folder, ['plain.pcap', '-o', 'plain', '--no-write'])
      for (const name of WRAPPINGS) {
        const compressed = readFileSync(join(DATA, name))
        const bytes = Math.floor(compressed.length * 0.95)
        writeFileSync(join(folder, name), compressed.subarray(0, bytes))
        const { code, summary } = await convert(folder, [name, '-o', 'out'])
        const [input] = summary.inputs
        expect([code, input?.bytes, input?.problems[0]]).toEqual([
          1,
          bytes,
          { offset: bytes, length: 0, message: expect.stringMatching(/^the \w+ data ends early$/) },
        ])
        expect(input?.packets).toBeLessThan(whole.summary.packets.read)
        // The others are made of blocks, of which this capture has one.
        if (/gz$|xz$/.test(name)) expect(input?.packets).toBeGreaterThan(0)
      }
    }))
})

describe.concurrent('an archive', () => {
  it('goes on behind inputs that fail, each told in a sentence', () =>
    withFolder(async (folder) => {
      const zst = readFileSync(join(DATA, 'troubled.pcap.zst'))
      const inputs: [string, Uint8Array, RegExp | null][] = [
        ['a.pcap.zst', zst, null],
        [
          'b.tar.gz',
          gzipSync(tar('troubled.pcap', PLAIN.subarray(0, 600))),
          /a tar archive: extract the captures/,
        ],
        ['c.pcap.zst', zst.subarray(0, 9), /the zstd data ends early/],
        ['d.pcap.xz', Buffer.from('\xfd7zXZ\0 and then nothing of it', 'latin1'), /the xz data/],
        ['e.pcap', Buffer.from('text'), /found text/],
        ['f.pcap.zst', zst, null],
      ]
      for (const [name, content] of inputs) writeFileSync(join(folder, name), content)
      const names = inputs.map(([name]) => name)
      const { code, summary } = await convert(folder, [...names, '--per-file', '-o', 'out'])
      expect(code).toBe(1)
      for (const [i, [name, , problem]] of inputs.entries()) {
        const input = summary.inputs[i]
        expect([name, input?.status]).toEqual([name, problem === null ? 'ok' : 'failed'])
        expect(input?.problems.map(({ message }) => message)).toEqual(
          problem === null ? [] : [expect.stringMatching(problem)],
        )
      }
      expect(treeOf(join(folder, 'out', 'f.pcap.zst'))).toEqual(treeOf(join(folder, 'out', 'a.pcap.zst')))
    }))
})

/** A tar file of one member (POSIX ustar). */
function tar(name: string, content: Uint8Array): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('ustar\x0000', 257, 'latin1')
  return Buffer.concat([header, content, Buffer.alloc(512 - (content.length % 512))])
}
