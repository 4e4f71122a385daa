import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FIXTURE_CAPTURES } from '../support/fixture-captures.js'
import { readTree, runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'get-'))
afterAll(() => rmSync(folder, { recursive: true }))

let archive = ''
let uids: string[] = []

async function index(name: string, args: readonly string[]): Promise<string> {
  const made = join(folder, name)
  const { code, stderr } = await runProgram(['index', ...args, '-o', made, '-q'])
  expect([code, stderr]).toEqual([0, ''])
  return made
}

/** Files of a conversion, and the uids of its connections. */
async function converted(name: string, args: readonly string[]) {
  const out = join(folder, `${name}-whole`)
  const list = join(folder, `${name}.jsonl`)
  const { code } = await runProgram([...args, '-o', out, '-q', '--index', list])
  expect(code).toBe(0)
  const uids = [...readFileSync(list, 'utf8').matchAll(/"uid":"(\w+)"/g)].map(([, uid]) => uid!)
  return { files: readTree(out), uids }
}

async function got(name: string, from: string, args: readonly string[], input: string) {
  const out = join(folder, `${name}-got`)
  mkdirSync(out)
  const { code, stderr } = await runProgram(['get', from, '-', '-o', out, '-q', ...args], {
    stdin: Buffer.from(input),
  })
  expect([code, stderr]).toEqual([0, ''])
  return readTree(out)
}

beforeAll(async () => {
  archive = await index('archive', FIXTURE_CAPTURES)
  uids = (await converted('all', FIXTURE_CAPTURES)).uids
})

describe('get --as pcap', () => {
  it('names a file of packets that exists, and writes the others', async () => {
    const out = join(folder, 'exists')
    const run = () =>
      runProgram(['get', archive, '-', '--as', 'pcap', '-o', out, '-q'], {
        stdin: Buffer.from(uids.slice(0, 3).join(' ')),
      })
    expect((await run()).code).toBe(0)
    const [first, ...others] = readdirSync(out)
    for (const name of others) rmSync(join(out, name))
    const { code, stderr } = await run()
    expect(code).toBe(1)
    expect(stderr).toContain(`${first}": file exists`)
    expect(readdirSync(out)).toEqual([first, ...others])
  })

  it.each([
    [['-'], 1, 'No uid on standard input'],
    [['--as', 'pcap', '-o', 'x.zip', 'CHhAvVGS1DHFjwGM9S'], 2, 'Cannot use --as pcap with -o NAME.zip'],
  ])('refuses %j', async (args, expected, problem) => {
    const { code, stderr } = await runProgram(['get', archive, ...args], { stdin: Buffer.from('nothing') })
    expect([code, stderr]).toEqual([expected, expect.stringContaining(problem)])
  })
})

describe('get --where', () => {
  it('has what its query finds, and says where that is nothing', async () => {
    const out = join(folder, 'where')
    const found = await runProgram(['get', archive, '--where', 'proto = udp', '-o', out, '-q'])
    expect([found.code, found.stderr]).toEqual([0, ''])
    const whole = [...readTree(join(folder, 'all-whole')).keys()].filter((name) => name.includes('-UDP-'))
    expect([...readTree(out).keys()]).toEqual(whole)
    const none = await runProgram(['get', archive, '--where', 'port = 1 and proto = sctp', '-o', out])
    expect([none.code, none.stderr]).toEqual([0, 'No connection fits the query\n'])
  })

  it.each([
    [['--where', 'prot = udp'], 'at column 1: the index has no field "prot"; did you mean proto?'],
    [['--where', 'proto = udp', 'CHhAvVGS1DHFjwGM9S'], 'Cannot use --where with CHhAvVGS1DHFjwGM9S'],
  ])('refuses %s', async (args, problem) => {
    const { code, stderr } = await runProgram(['get', archive, ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(problem)
  })
})

describe('get', () => {
  it.each([
    ['files', []],
    ['sides', ['-s']],
    ['json', ['-j']],
    ['files', ['-d']],
    ['files', ['--gaps', 'zeros']],
    ['files', ['--utc']],
  ])('writes as %s what a conversion with %j writes', async (form, options) => {
    const name = `${form}${options.join('')}`
    const { files } = await converted(name, [...FIXTURE_CAPTURES, ...options])
    const own = options.filter((option) => option !== '-s' && option !== '-j')
    expect(await got(name, archive, ['--as', form, ...own], uids.join('\n'))).toEqual(files)
  })

  it('writes connections alone as they are among the others', async () => {
    const whole = await converted('alone', FIXTURE_CAPTURES)
    const some = uids.filter((_, i) => i % 7 === 0)
    for (const uid of some)
      for (const [path, content] of await got(`alone-${uid}`, archive, [], uid))
        expect(content).toEqual(whole.files.get(path))
  })

  it.each([
    ['of compressed captures', [], true],
    ['with time-outs and a filter', ['--tcp-timeout', '1', '--udp-timeout', '1', '-e', 'tcp or udp'], false],
    [
      'with the last copy of an overlap, outside tunnels',
      ['--overlap', 'last', '--no-decap', '--max-bytes', '100'],
      false,
    ],
  ])('writes the same %s', async (name, options, isPacked) => {
    const captures = join(folder, `captures ${name}`)
    mkdirSync(captures)
    for (const path of FIXTURE_CAPTURES) {
      const target = join(captures, path.slice('fixtures/'.length))
      if (isPacked && !path.endsWith('.gz')) writeFileSync(`${target}.gz`, gzipSync(readFileSync(path)))
      else copyFileSync(path, target)
    }
    const whole = await converted(name, [captures, ...options])
    const made = await index(name, [captures, ...options, '--workers', '2'])
    expect(await got(name, made, [], whole.uids.join(' '))).toEqual(whole.files)
  })

  it('writes the packets of connections as pcapng, from which the same connections come', async () => {
    const whole = await converted('packets', FIXTURE_CAPTURES)
    const out = join(folder, 'packets-got')
    const { code } = await runProgram(['get', archive, '-', '-q', '--as', 'pcap', '-o', out], {
      stdin: Buffer.from(uids.join('\n')),
    })
    expect(code).toBe(0)
    expect(readdirSync(out)).toHaveLength(uids.length)
    // An ICMP error is in two of them: its own connection's, and that of what it quotes.
    const own = readdirSync(out).filter((name) => !name.includes('ICMP'))
    const again = await converted(
      'packets again',
      own.map((name) => join(out, name)),
    )
    for (const [path, content] of whole.files)
      if (!path.includes('ICMP')) expect(again.files.get(path)).toEqual(content)
    const all = await runProgram(['get', archive, '-', '-q', '--as', 'pcap', '-o', '-'], {
      stdin: Buffer.from(uids.join('\n')),
    })
    writeFileSync(join(folder, 'all.pcapng'), all.stdout)
    expect((await converted('packets at once', [join(folder, 'all.pcapng')])).files).toEqual(whole.files)
  })

  it('leaves copies out of streams, and has them and ICMP errors among the packets', async () => {
    const captures = [
      'test/e2e/data/dup-vlan.pcap',
      'test/e2e/data/dup-udp.pcap',
      'fixtures/icmp-errors.pcap',
    ]
    const whole = await converted('copies', captures)
    const made = await index('copies', captures)
    const list = whole.uids.join('\n')
    expect(await got('copies', made, [], list)).toEqual(whole.files)
    const packets = await runProgram(['get', made, '-', '-q', '--as', 'pcap', '-o', '-'], {
      stdin: Buffer.from(list),
    })
    writeFileSync(join(folder, 'copies.pcapng'), packets.stdout)
    const again = await runProgram([join(folder, 'copies.pcapng'), '--no-write', '-q', '--summary', '-'])
    const first = await runProgram([...captures, '--no-write', '-q', '--summary', '-'])
    const facts = ({ stdout }: { stdout: Buffer }) => {
      const { packets, details } = JSON.parse(stdout.toString())
      return [packets.duplicates, details.icmp_errors]
    }
    expect(facts(first).every((count) => count > 0)).toBe(true)
    expect(facts(again)).toEqual(facts(first))
  })

  it('writes one connection to standard output', async () => {
    const { stdout, code } = await runProgram(['get', archive, uids[0]!, '-o', '-', '-q'])
    expect(code).toBe(0)
    expect(stdout.length).toBeGreaterThan(0)
    const hex = await runProgram(['get', archive, uids[0]!, '--as', 'hex', '-q'])
    expect(hex.stdout.toString()).toContain('00000000  ')
  })

  it('names captures that are missing or changed, finds those that were moved, and goes on with the others', async () => {
    const [here, there] = [join(folder, 'here'), join(folder, 'there')]
    mkdirSync(join(here, 'a'), { recursive: true })
    copyFileSync('fixtures/dns.pcap', join(here, 'a/dns.pcap'))
    copyFileSync('fixtures/handshake.pcap', join(here, 'handshake.pcap'))
    const whole = await converted('moved', [here])
    const made = await index('moved', [here])
    renameSync(here, there)
    const missing = await runProgram(['get', made, whole.uids[0]!, '-o', join(folder, 'none')])
    expect(missing.code).toBe(1)
    expect(missing.stderr).toContain('(--root DIR: where the captures are now)')
    expect(await got('moved', made, ['--root', there], whole.uids.join('\n'))).toEqual(whole.files)
    const changed = readFileSync(join(there, 'a/dns.pcap'))
    changed[100]! ^= 1
    writeFileSync(join(there, 'a/dns.pcap'), changed)
    const out = join(folder, 'rest')
    const rest = await runProgram(['get', made, '-', '--root', there, '-o', out], {
      stdin: Buffer.from(whole.uids.join('\n')),
    })
    expect(rest.code).toBe(1)
    expect(rest.stderr).toContain('dns.pcap": it has changed since it was indexed')
    const tcp = [...whole.files].filter(([path]) => path.includes('TCP'))
    expect(readTree(out)).toEqual(new Map(tcp))
  })

  it('says which limit touched a connection when it was indexed', async () => {
    const made = await index('touched', ['fixtures/handshake.pcap', '--max-bytes', '10'])
    const list = join(folder, 'touched.jsonl')
    expect((await runProgram(['fixtures/handshake.pcap', '--no-write', '-q', '--index', list])).code).toBe(0)
    const [, uid] = /"uid":"(\w+)"/.exec(readFileSync(list, 'utf8'))!
    for (const args of [
      ['get', made, uid!, '-o', join(folder, 'touched-got')],
      ['explain', made, uid!],
    ]) {
      const { code, stderr } = await runProgram(args)
      expect([code, stderr.split('\n')[0]]).toEqual([
        0,
        `${uid} was touched by max_bytes when it was indexed`,
      ])
    }
  })

  it('says that a connection is not there', async () => {
    const { code, stderr } = await runProgram(['get', archive, 'CAAAAAAAAAAAAAAAAA'])
    expect(code).toBe(1)
    expect(stderr).toBe(`pcap2conn: No connection CAAAAAAAAAAAAAAAAA in "${archive}"\n`)
  })

  it.each([
    ['no archive', ['get']],
    ['no uid', ['get', 'archive']],
    ['what is no uid', ['get', 'archive', 'abc']],
    ['an index without a folder', ['index', 'fixtures/dns.pcap']],
  ])('refuses %s', async (_what, args) => {
    expect((await runProgram(args)).code).toBe(2)
  })

  it.each([
    ['cut', 'packets.map', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5), 'it must have'],
    [
      'of another version',
      'packets.map',
      (bytes: Buffer) => bytes.fill(9, 8, 9),
      'its version must be 1: found 9',
    ],
    [
      'damaged',
      'packets.map',
      (bytes: Buffer) => bytes.fill(0, 60, bytes.length - 60),
      'a checksum does not fit',
    ],
    ['no map', 'packets.map', (bytes: Buffer) => bytes.fill(0), 'it is no map of packets'],
    ['no JSON', 'inputs.json', (bytes: Buffer) => bytes.subarray(0, 50), 'it is no JSON'],
    ['of something else', 'inputs.json', () => Buffer.from('{}'), 'it is not of an archive'],
  ])('refuses an archive that is %s with one error', async (what, file, change, problem) => {
    const broken = join(folder, `broken ${what}`)
    mkdirSync(broken)
    for (const name of readdirSync(archive)) copyFileSync(join(archive, name), join(broken, name))
    writeFileSync(join(broken, file), change(readFileSync(join(broken, file))))
    const { code, stderr } = await runProgram(['get', broken, ...uids.slice(0, 3)])
    expect(code).toBe(1)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toContain(problem)
  })
})
