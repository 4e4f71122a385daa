import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pcapFile } from '../support/capture-writers.js'
import { ethernet, ipv4, tcp, text, udp } from '../support/frames.js'
import { waitUntil } from '../support/processes.js'
import { readTree, runProgram, startProgram, withFolder } from '../support/program.js'

const FIXTURES = [join(resolve('fixtures'), '*.pcap*')]
const HANG_MS = 60_000
// Prints the entries in the order of the central directory, each with its CRC, time and content as checked by Python.
const LIST = `
import sys, zipfile, json, base64
archive = zipfile.ZipFile(sys.argv[1])
print(json.dumps([[e.filename, e.date_time, e.compress_type, e.header_offset, base64.b64encode(archive.read(e)).decode()] for e in archive.infolist()]))
`
const HAS_PYTHON = process.env.CI !== undefined || spawnSync('python3', ['--version']).status === 0

interface Entry {
  readonly name: string
  readonly time: readonly number[]
  readonly isStored: boolean
  readonly offset: number
  readonly content: Buffer
}

/** The entries of an archive as Python's zipfile reads them. */
function entriesOf(path: string): Entry[] {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', LIST, path], { maxBuffer: 2 ** 28 })
  expect(status, String(stderr)).toBe(0)
  const list: [string, number[], number, number, string][] = JSON.parse(String(stdout))
  return list.map(([name, time, method, offset, content]) => ({
    name,
    time,
    isStored: method === 0,
    offset,
    content: Buffer.from(content, 'base64'),
  }))
}

function datagrams(count: number, size = 8): Uint8Array {
  const frame = (i: number) =>
    ethernet(
      ipv4(
        { src: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, dst: '10.9.9.9', protocol: 17 },
        udp({ srcPort: 1, dstPort: 2 }, text('x'.repeat(size))),
      ),
    )
  return pcapFile(
    Array.from({ length: count }, (_, i) => ({
      tsSec: 1_700_000_000 + (i >> 4),
      tsNsec: 0,
      frame: frame(i),
      originalBytes: frame(i).length,
    })),
  )
}

describe.skipIf(!HAS_PYTHON)('-o NAME.zip', () => {
  it.each([
    '',
    '-s',
    '-s -m',
    '-j -m',
    '-d',
    '-s --per-file',
    '-m --per-file',
    '-c -m',
    '--gaps zeros',
    '-s --zip-level 9',
  ])('has the files that "%s" makes', (options) =>
    withFolder(async (cwd) => {
      const words = options.split(' ').filter((word) => word !== '')
      const files = words.filter((word, i) => word !== '--zip-level' && words[i - 1] !== '--zip-level')
      const asZip = await runProgram([...FIXTURES, ...words, '-o', 'out/a.zip', '-q'], { cwd })
      const asFiles = await runProgram([...FIXTURES, ...files, '-o', 'files', '-q'], { cwd })
      expect(asZip.code).toBe(asFiles.code)
      expect(asZip.stdout.equals(asFiles.stdout)).toBe(true)
      const entries = entriesOf(join(cwd, 'out/a.zip'))
      expect(new Map(entries.map(({ name, content }) => [name, content.toString('latin1')]))).toEqual(
        new Map(
          [...readTree(join(cwd, 'files'))].map(([name, content]) => [name, content.toString('latin1')]),
        ),
      )
      expect(readdirSync(join(cwd, 'out'))).toEqual(['a.zip'])
    }),
  )

  it.each(['', '--zip-level 6'])('has the same bytes for any workers, memory and files with "%s"', (level) =>
    withFolder(async (cwd) => {
      const made = []
      for (const setting of [
        '--workers 1 --memory 512M',
        '--workers 2 --memory 1M -f 2',
        '--workers 7 --memory 32M',
      ]) {
        const words = `-s -m ${level} ${setting}`.split(' ').filter((word) => word !== '')
        const { code } = await runProgram([...FIXTURES, ...words, '-o', 'a.zip', '--force', '-q'], { cwd })
        expect(code).toBe(0)
        made.push(readFileSync(join(cwd, 'a.zip')))
      }
      expect(made[1]!.equals(made[0]!)).toBe(true)
      expect(made[2]!.equals(made[0]!)).toBe(true)
    }),
  )

  it('lists connections in the order of the index, and has their data in the order of their ends', () =>
    withFolder(async (cwd) => {
      const connection = (port: number, flags: number, tsSec: number) => ({
        tsSec,
        tsNsec: 0,
        frame: ethernet(
          ipv4(
            { src: '10.0.0.1', dst: '10.0.0.2', protocol: 17 },
            udp({ srcPort: port, dstPort: flags }, text(`${port}`)),
          ),
        ),
        originalBytes: 46,
      })
      const other = { tsSec: 1_700_000_900, tsNsec: 0, originalBytes: 60 }
      const frames = [
        connection(1, 2, 1_700_000_000),
        connection(2, 2, 1_700_000_001),
        connection(1, 2, 1_700_000_200),
        // 300 s without a packet end the second one before the first.
        connection(2, 2, 1_700_000_400),
        {
          ...other,
          frame: ethernet(
            ipv4(
              { src: '10.0.0.3', dst: '10.0.0.2', protocol: 6 },
              tcp({ srcPort: 5, dstPort: 6, seq: 1, flags: 0x18 }, text('tcp')),
            ),
          ),
        },
      ]
      writeFileSync(join(cwd, 'a.pcap'), pcapFile(frames))
      await runProgram(['a.pcap', '-o', 'a.zip', '--index', 'a.jsonl', '-q'], { cwd })
      const entries = entriesOf(join(cwd, 'a.zip'))
      const records = readFileSync(join(cwd, 'a.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(entries.map(({ name }) => name)).toEqual(records.map((record) => record.orig_file))
      const byData = [...entries].sort((a, b) => a.offset - b.offset)
      expect(byData.map(({ content }) => content.toString())).toEqual(['2', '11', '2', 'tcp'])
      expect(entries[0]!.time).toEqual([2023, 11, 14, 22, 13, 20])
    }))

  it('has more than 65,535 entries, and deflates large ones', () =>
    withFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.pcap'), datagrams(70_000))
      const { code } = await runProgram(['a.pcap', '-o', 'a.zip', '-q'], { cwd, timeoutMs: HANG_MS })
      expect(code).toBe(0)
      expect(entriesOf(join(cwd, 'a.zip')).length).toBe(70_000)
      // One connection of 3 MB.
      const frame = (i: number) =>
        ethernet(
          ipv4(
            { src: '10.0.0.1', dst: '10.0.0.2', protocol: 17 },
            udp({ srcPort: 1, dstPort: 2 }, text(`${i}`.padEnd(1000))),
          ),
        )
      const packets = Array.from({ length: 3_000 }, (_, i) => ({
        tsSec: 1,
        tsNsec: 0,
        frame: frame(i),
        originalBytes: frame(i).length,
      }))
      writeFileSync(join(cwd, 'b.pcap'), pcapFile(packets))
      await runProgram(['b.pcap', '-o', 'b.zip', '--zip-level', '1', '-q'], { cwd })
      const [entry] = entriesOf(join(cwd, 'b.zip'))
      expect(entry!.content.length).toBe(3_000_000)
      expect(entry!.isStored).toBe(false)
    }))

  it('has zeros for bytes that were lost, and what comes behind them', () =>
    withFolder(async (cwd) => {
      const segment = (fromClient: boolean, seq: number, ack: number, flags: number, size: number) => {
        const [src, dst] = fromClient ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1']
        const [srcPort, dstPort] = fromClient ? [1000, 80] : [80, 1000]
        const frame = ethernet(
          ipv4({ src, dst, protocol: 6 }, tcp({ srcPort, dstPort, seq, ack, flags }, text('y'.repeat(size)))),
        )
        return { tsSec: 1_700_000_000, tsNsec: 0, frame, originalBytes: frame.length }
      }
      const sent = Array.from({ length: 200 }, (_, i) => segment(true, 1 + 1000 * i, 1, 0x10, 1000))
      const packets = [
        segment(true, 0, 0, 0x02, 0),
        segment(false, 0, 1, 0x12, 0),
        ...sent.slice(0, 199),
        segment(true, 199_001, 1, 0x10, 999),
        segment(false, 200_001, 200_000, 0x10, 1000),
        segment(true, 200_000, 201_001, 0x11, 0),
        segment(false, 201_001, 200_001, 0x11, 0),
      ]
      writeFileSync(join(cwd, 'a.pcap'), pcapFile(packets))
      const options = ['a.pcap', '--gaps', 'zeros', '-s', '-q', '-o']
      await runProgram([...options, 'a.zip'], { cwd })
      await runProgram([...options, 'files'], { cwd })
      expect(new Map(entriesOf(join(cwd, 'a.zip')).map(({ name, content }) => [name, content]))).toEqual(
        readTree(join(cwd, 'files')),
      )
    }))

  it('is empty without connections', () =>
    withFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.pcap'), pcapFile([]))
      expect((await runProgram(['a.pcap', '-o', 'a.zip', '-q'], { cwd })).code).toBe(0)
      expect(entriesOf(join(cwd, 'a.zip'))).toEqual([])
    }))

  it('does not touch an archive that exists, unless forced', () =>
    withFolder(async (cwd) => {
      writeFileSync(join(cwd, 'a.zip'), 'mine')
      const run = () => runProgram([...FIXTURES, '-o', 'a.zip', '-q'], { cwd })
      const { code, stderr } = await run()
      expect(code).toBe(1)
      expect(stderr).toContain('Cannot write "a.zip": file exists (use --force to replace it)')
      expect(readFileSync(join(cwd, 'a.zip'), 'utf8')).toBe('mine')
      expect((await runProgram([...FIXTURES, '-o', 'a.zip', '-q', '--force'], { cwd })).code).toBe(0)
      expect(entriesOf(join(cwd, 'a.zip')).length).toBeGreaterThan(40)
    }))

  it('is complete after an interruption, with what was received', () =>
    withFolder(async (cwd) => {
      const args = ['-', '-o', 'a.zip', '--progress', 'always', '--workers', '2']
      const { child, result } = startProgram(args, { cwd, timeoutMs: HANG_MS })
      let said = ''
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString()
      })
      child.stdin.write(datagrams(100))
      await waitUntil('100 packets were read', () => said.includes(', 100 packets'))
      child.kill('SIGINT')
      expect((await result).code).toBe(130)
      expect(entriesOf(join(cwd, 'a.zip')).length).toBe(100)
      expect(readdirSync(cwd)).toEqual(['a.zip'])
    }))

  it.each([
    [
      ['-o', 'a.zip', '--resume'],
      'Cannot use --resume with -o/--output-dir a.zip: an archive is made as a whole',
    ],
    [
      ['-o', 'a', '--zip-level', '6'],
      'Cannot use --zip-level 6 without -o/--output-dir NAME.zip: there is no archive',
    ],
    [['-o', 'a.zip', '--zip-level', '10'], 'Cannot use --zip-level 10: must be an integer from 0 to 9'],
  ])('refuses %s', (options, problem) =>
    withFolder(async (cwd) => {
      const { code, stderr } = await runProgram([...FIXTURES, ...options], { cwd })
      expect(code).toBe(2)
      expect(stderr).toContain(problem)
      expect(existsSync(join(cwd, 'a.zip'))).toBe(false)
    }),
  )
})
