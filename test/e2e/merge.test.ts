import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import type { Summary } from '../../src/summary.js'
import { pcapFile } from '../support/capture-writers.js'
import { readTree, runProgram, withFolder } from '../support/program.js'
import { readCapture } from '../support/read-capture.js'

const script = new Script(1_709_631_000)
const connection = script.tcp({
  client: endpoint('192.0.2.1', 4_000),
  server: endpoint('198.51.100.1', 80),
})
connection.open()
for (let i = 0; i < 20; i++) connection.send((i & 1) as 0 | 1, `message ${i}\n`)
connection.close(0)
const whole = script.toPcap()
const { packets } = readCapture(whole)

async function convert(folder: string, args: readonly string[]) {
  const { code } = await runProgram([...args, '-q', '--utc', '-m', '--force', '--summary', 'summary.json'], {
    cwd: folder,
  })
  const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary
  return { code, summary }
}

it('two sensors that saw a part of the packets each give one capture with --merge', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'whole.pcap'), whole)
    writeFileSync(join(folder, 'a.pcap'), pcapFile(packets.filter((_, i) => i % 3 === 0)))
    writeFileSync(join(folder, 'b.pcap.gz'), gzipSync(pcapFile(packets.filter((_, i) => i % 3 !== 0))))
    writeFileSync(join(folder, 'text.pcap'), 'no capture')
    await convert(folder, ['whole.pcap', '-o', 'whole'])
    const { code, summary } = await convert(folder, [
      'a.pcap',
      'text.pcap',
      'b.pcap.gz',
      'none',
      '--merge',
      '-o',
      'out',
    ])
    expect(readTree(join(folder, 'out'))).toEqual(readTree(join(folder, 'whole')))
    expect(code).toBe(1)
    expect(summary.inputs.map(({ path, status }) => [path, status])).toEqual([
      ['a.pcap', 'ok'],
      ['text.pcap', 'failed'],
      ['b.pcap.gz', 'ok'],
    ])
    expect(summary.inputs.reduce((sum, input) => sum + input.packets, 0)).toBe(packets.length)
    expect(summary.connections.total).toBe(1)
    expect(summary.errors).toEqual(['Cannot read "none": no such file or folder'])
  }))

it('a connection that spans rotated files stays one', () =>
  withFolder(async (folder) => {
    writeFileSync(join(folder, 'whole.pcap'), whole)
    await convert(folder, ['whole.pcap', '-o', 'whole'])
    const third = Math.ceil(packets.length / 3)
    // By their names the last one comes first.
    for (const [i, name] of ['c.pcap', 'b.pcap', 'a.pcap'].entries()) {
      writeFileSync(join(folder, name), pcapFile(packets.slice(i * third, (i + 1) * third)))
    }
    const { code, summary } = await convert(folder, ['[abc].pcap', '-o', 'out'])
    expect([code, summary.connections.total]).toEqual([0, 1])
    expect(readTree(join(folder, 'out'))).toEqual(readTree(join(folder, 'whole')))
  }))

it('more inputs than can be read at once are refused', () =>
  withFolder(async (folder) => {
    for (let i = 0; i < 65; i++) writeFileSync(join(folder, `${i}.pcap`), whole)
    const { code, stderr } = await runProgram(['*.pcap', '--merge', '-o', 'out'], { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toContain('Cannot use --merge with 65 inputs: at most 64 can be read at once')
  }))
