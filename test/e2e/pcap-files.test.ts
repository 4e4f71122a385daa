import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FIXTURE_CAPTURES } from '../support/fixture-captures.js'
import { readTree, runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'pcap-'))
afterAll(() => rmSync(folder, { recursive: true }))

const CAPTURES = [...FIXTURE_CAPTURES, 'test/e2e/data/dup-vlan.pcap']

/** Files of packets of a run, and all others. */
async function converted(name: string, args: readonly string[]) {
  const out = join(folder, name)
  const { code, stderr } = await runProgram([...args, '-q', '-o', out])
  expect([code, stderr]).toEqual([0, ''])
  const files = [...readTree(out)]
  return {
    packets: new Map(files.filter(([path]) => path.endsWith('.pcapng'))),
    others: new Map(files.filter(([path]) => !path.endsWith('.pcapng'))),
  }
}

let whole: Awaited<ReturnType<typeof converted>>
beforeAll(async () => {
  const archive = join(folder, 'archive')
  const list = join(folder, 'list.jsonl')
  whole = await converted('whole', [...CAPTURES, '--pcap', '--map', archive, '--index', list])
})

describe('--pcap', () => {
  it('writes the packets of each connection, as get --as pcap does, beside what is written without it', async () => {
    const uids = [...readFileSync(join(folder, 'list.jsonl'), 'utf8').matchAll(/"uid":"(\w+)"/g)].map(
      ([, uid]) => uid!,
    )
    const got = join(folder, 'got')
    const args = ['get', join(folder, 'archive'), '-', '--as', 'pcap', '-o', got, '-q']
    expect((await runProgram(args, { stdin: Buffer.from(uids.join('\n')) })).code).toBe(0)
    expect(whole.packets.size).toBe(uids.length)
    expect(whole.packets).toEqual(readTree(got))
    expect((await converted('without', CAPTURES)).others).toEqual(whole.others)
  })

  it.each([
    ['two workers and few files', ['--workers', '2', '-f', '3']],
    ['seven workers and little memory', ['--workers', '7', '--memory', '8M', '-f', '7']],
  ])('writes the same with %s', async (name, options) => {
    expect(await converted(name, [...CAPTURES, '--pcap', ...options])).toEqual(whole)
  })

  it('writes the packets alone with --no-payload', async () => {
    const { packets, others } = await converted('alone', [...CAPTURES, '--pcap', '--no-payload'])
    expect(packets).toEqual(whole.packets)
    expect([...others.keys()]).toEqual([])
    const metadata = await converted('metadata', ['fixtures/handshake.pcap', '--no-payload', '-m'])
    expect([...metadata.others.keys()].every((path) => path.endsWith('-metadata.txt'))).toBe(true)
  })

  it('writes those of each capture into its own folder with --per-file, and into an archive', async () => {
    const captures = join(folder, 'captures')
    mkdirSync(join(captures, 'a'), { recursive: true })
    copyFileSync('fixtures/fragments.pcap', join(captures, 'a/fragments.pcap'))
    writeFileSync(join(captures, 'icmp.pcap.gz'), gzipSync(readFileSync('fixtures/icmp-errors.pcap')))
    const options = [captures, '--pcap', '-m', '--per-file']
    const files = await converted('per-file', options)
    expect(
      [...files.packets.keys()].filter((path) => path.startsWith('a/fragments.pcap/')).length,
    ).toBeGreaterThan(1)
    const zips = []
    for (const workers of ['1', '2']) {
      const zip = join(folder, `per-file-${workers}.zip`)
      const { code, stderr } = await runProgram([...options, '-q', '-o', zip, '--workers', workers])
      expect([code, stderr]).toEqual([0, ''])
      zips.push(readFileSync(zip))
    }
    expect(zips[1]).toEqual(zips[0])
    const unpacked = join(folder, 'unpacked')
    const script = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])'
    const { spawnSync } = await import('node:child_process')
    expect(spawnSync('python3', ['-c', script, join(folder, 'per-file-1.zip'), unpacked]).status).toBe(0)
    const all = [...files.packets, ...files.others].sort(([a], [b]) => (a < b ? -1 : 1))
    expect([...readTree(unpacked)].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(all)
  })

  it('counts its files, and says that standard input cannot be read again', async () => {
    const run = (args: readonly string[], stdin?: Buffer) =>
      runProgram([...args, '-q', '--pcap', '--summary', '-'], stdin === undefined ? {} : { stdin })
    const { stdout } = await run(['fixtures/handshake.pcap', '-o', join(folder, 'counted')])
    expect(JSON.parse(stdout.toString()).files).toBe(readdirSync(join(folder, 'counted')).length)
    const piped = await run(['-', '-o', join(folder, 'piped')], readFileSync('fixtures/handshake.pcap'))
    expect([piped.code, piped.stderr]).toEqual([
      2,
      'pcap2conn: Cannot use --pcap with "-": it can be read only once\n',
    ])
  })

  it.each([[[]], [['--per-file', '--workers', '2']], [['--merge']]])(
    'keeps the packets that a filter lets through with -w and %j',
    async (options) => {
      const name = `kept${options.join('')}`
      const list = ['fixtures/fragments.pcap', 'fixtures/dns.pcap', 'fixtures/two-interfaces.pcapng']
      const file = join(folder, `${name}.pcapng`)
      const args = [...list, '-e', 'tcp', '--no-write', '-q', ...options, '--index']
      const { code, stderr } = await runProgram([...args, join(folder, `${name}.jsonl`), '-w', file])
      expect([code, stderr]).toEqual([0, ''])
      const uidsOf = (path: string) =>
        [...readFileSync(path, 'utf8').matchAll(/"name":"([^"]+)"/g)].map(([, found]) => found).sort()
      const again = join(folder, `${name}-again.jsonl`)
      const counted = await runProgram([file, '--no-write', '-q', '--index', again, '--summary', '-'])
      expect(uidsOf(again)).toEqual(uidsOf(join(folder, `${name}.jsonl`)))
      const whole = await runProgram([...list, '-e', 'tcp', '--no-write', '-q', '--summary', '-'])
      const { read, filtered } = JSON.parse(whole.stdout.toString()).packets
      expect(JSON.parse(counted.stdout.toString()).packets.read).toBe(read - filtered)
      const twice = await runProgram([...args, join(folder, `${name}-2.jsonl`), '-w', file])
      expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining('file exists')])
    },
  )

  it('names a file that exists, and leaves it', async () => {
    const out = join(folder, 'exists')
    const run = () => runProgram(['fixtures/handshake.pcap', '--pcap', '--no-payload', '-q', '-o', out])
    expect((await run()).code).toBe(0)
    const before = readTree(out)
    const again = await run()
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('.pcapng": file exists')])
    expect(readTree(out)).toEqual(before)
  })
})
