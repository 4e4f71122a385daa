import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { Inspection } from '../../src/inspect/inspection.js'
import { isBalanced, type Summary } from '../../src/summary.js'
import { damagedCapture } from '../capture/seeded-damage.js'
import { runProgram, startProgram, withFolder } from '../support/program.js'

const script = new Script(1_709_631_000)
const datagrams = script.udp({
  client: endpoint('192.0.2.1', 4_000),
  server: endpoint('198.51.100.1', 4_001),
})
for (let i = 0; i < 20; i++) datagrams.send(0, `datagram ${i}\n`)
const GOOD = script.toPcap()

// [name, how the input is made, what the message says of it]
const inputs: [string, (path: string) => unknown, RegExp][] = [
  ['empty', (path) => writeFileSync(path, ''), /the file is empty/],
  [
    'header',
    (path) => writeFileSync(path, GOOD.subarray(0, 20)),
    /a pcap file header has 24 bytes: the file ends after 20/,
  ],
  [
    'text',
    (path) => writeFileSync(path, 'some text\n'),
    /must begin with a pcap or pcapng header: found text/,
  ],
  ['broken-link', (path) => symlinkSync('nowhere', path), /no such file or folder/],
  ['endless-link', (path) => symlinkSync(path, path), /too many symbolic links/],
  ['folder', (path) => mkdirSync(path), /has no file to read/],
  ['device', (path) => symlinkSync('/dev/null', path), /it is not a regular file/],
  ['socket', (path) => createServer().listen(path).unref(), /it is not a regular file/],
]

// [command, options, the packets that it read]
const commands: [string, string[], (stdout: string) => number | undefined][] = [
  [
    'a conversion',
    ['--no-write', '--summary', '-'],
    (stdout) => (JSON.parse(stdout) as Summary).packets.read,
  ],
  [
    'an inspection',
    ['--json'],
    (stdout) => (JSON.parse(stdout) as Inspection).captures.at(-1)?.packets.total,
  ],
]
it.concurrent.each(commands)(
  '%s names each input that is no capture in one sentence, and reads the others',
  (what, options, read) =>
    withFolder(async (folder) => {
      for (const [name, make] of inputs) make(join(folder, name))
      writeFileSync(join(folder, 'good.pcap'), GOOD)
      const names = inputs.map(([name]) => name)
      const args = [...(what === 'an inspection' ? ['inspect'] : ['-q']), ...names, 'good.pcap', ...options]
      const { code, stdout, stderr } = await runProgram(args, { cwd: folder })
      expect([code, read(stdout.toString())]).toEqual([1, 20])
      const lines = stderr.trimEnd().split('\n')
      expect(lines).toHaveLength(inputs.length)
      for (const [name, , message] of inputs) {
        expect(lines.filter((line) => line.includes(`"${name}"`))).toEqual([expect.stringMatching(message)])
      }
    }),
)

it.concurrent('a file that grows is read as far as it goes', () =>
  withFolder(async (folder) => {
    const path = join(folder, 'growing.pcap')
    writeFileSync(path, GOOD)
    const record = GOOD.subarray(24, 24 + 16 + GOOD.readUInt32LE(32))
    const timer = setInterval(() => appendFileSync(path, record), 1)
    try {
      const { code, stdout } = await runProgram(['growing.pcap', '--no-write', '-q', '--summary', '-'], {
        cwd: folder,
      })
      const { packets, inputs } = JSON.parse(stdout.toString()) as Summary
      expect([code, isBalanced(packets), inputs[0]?.status]).toEqual([0, true, 'ok'])
      expect(packets.read).toBeGreaterThanOrEqual(20)
    } finally {
      clearInterval(timer)
    }
  }))

function beFolder(path: string): void {
  rmSync(path)
  mkdirSync(path)
}

// Inputs are found before the first is read: standard input holds the program until they have changed. Those between
// the two are more than it opens ahead.
const BETWEEN = Array.from({ length: 40 }, (_, i) => `between-${i}.pcap`)
// [what, how the file changes, status, message]
const changes: [string, (path: string) => void, string, RegExp][] = [
  ['vanishes', (path) => rmSync(path), 'failed', /"later.pcap": no such file or folder/],
  ['shrinks', (path) => truncateSync(path, 24 + 3 * 65 + 7), 'partial', /"later.pcap" at byte \d+: /],
  ['becomes a folder', beFolder, 'failed', /"later.pcap": it is a folder/],
]
it.concurrent.each(changes)('a file that %s before it is read is named', (_what, change, status, message) =>
  withFolder(async (folder) => {
    const path = join(folder, 'later.pcap')
    for (const name of [...BETWEEN, 'later.pcap']) writeFileSync(join(folder, name), GOOD)
    const args = [
      '-',
      ...BETWEEN,
      'later.pcap',
      '--per-file',
      '--no-write',
      '--progress',
      'always',
      '--summary',
      '-',
    ]
    const { child, result } = startProgram(args, { cwd: folder })
    child.stdin.write(GOOD.subarray(0, 200))
    await new Promise((done) => child.stderr.once('data', done)) // progress: the first input is being read
    change(path)
    child.stdin.end(GOOD.subarray(200))
    const { code, stdout, stderr } = await result
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)])
    const { inputs } = JSON.parse(stdout.toString()) as Summary
    expect(inputs.at(-1)?.status).toBe(status)
    expect(inputs.filter((input) => input.status === 'ok')).toHaveLength(1 + BETWEEN.length)
  }),
)

it.concurrent('damaged captures give what is not damaged, their packets balance, and holes are counted', () =>
  withFolder(async (folder) => {
    const captures = Array.from({ length: 24 }, (_, i) => damagedCapture(1_000 + i))
    mkdirSync(join(folder, 'in'))
    for (const [i, { damaged }] of captures.entries()) {
      const content = i % 3 === 0 ? gzipSync(damaged) : damaged
      writeFileSync(join(folder, 'in', `${String(i).padStart(2, '0')}.cap`), content)
    }
    const args = ['in', '--per-file', '-o', 'out', '-q', '--workers', '2', '--summary', 'summary.json']
    const { signal } = await runProgram(args, { cwd: folder })
    expect(signal).toBe(null)
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary
    expect([isBalanced(summary.packets), summary.errors]).toEqual([true, []])
    for (const [i, { name, before, after }] of captures.entries()) {
      const input = summary.inputs[i]!
      expect([name, input.packets >= before + after]).toEqual([name, true])
      if (input.problems.length === 0) expect([name, input.status]).toEqual([name, 'ok'])
      else expect([name, input.status]).toEqual([name, 'partial'])
    }
    const listed = summary.inputs.flatMap(({ problems }) => problems).filter(({ length }) => length > 0)
    expect(summary.damage.holes).toBe(listed.length)
    expect(summary.damage.lost_bytes).toBe(listed.reduce((sum, { length }) => sum + length, 0))
    const inspected = await runProgram(['inspect', 'in', '--json', '-q'], { cwd: folder })
    const { captures: found } = JSON.parse(inspected.stdout.toString()) as Inspection
    expect(found.map(({ packets }) => packets.total)).toEqual(summary.inputs.map(({ packets }) => packets))
    expect(found.map(({ problems }) => problems)).toEqual(summary.inputs.map(({ problems }) => problems))
  }))
