import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { pcapFile } from '../support/capture-writers.js'
import { ethernet, ipv4, tcp, text, udp } from '../support/frames.js'
import { readTree, runProgram, withFolder } from '../support/program.js'

const UDP = 17
const TCP = 6
const HOST = { src: '10.0.0.1', dst: '10.0.0.2' }

function packet(tsSec: number, frame: Uint8Array) {
  return { tsSec, tsNsec: 0, frame, originalBytes: frame.length }
}

/** Two halves of one UDP datagram, as fragments. */
function halves(): [Uint8Array, Uint8Array] {
  const whole = ipv4(
    { ...HOST, protocol: UDP, id: 7 },
    udp({ srcPort: 1000, dstPort: 53 }, text('0123456789abcdef')),
  )
  const payload = whole.subarray(20)
  const first = ipv4({ ...HOST, protocol: UDP, id: 7, moreFragments: true }, payload.subarray(0, 16))
  const second = ipv4({ ...HOST, protocol: UDP, id: 7, fragmentOffset: 16 }, payload.subarray(16))
  return [ethernet(first), ethernet(second)]
}

const datagram = (content: string, srcPort = 1000) =>
  ethernet(ipv4({ ...HOST, protocol: UDP }, udp({ srcPort, dstPort: 53 }, text(content))))
const segment = (flags: number, seq: number, content = '') =>
  ethernet(ipv4({ ...HOST, protocol: TCP }, tcp({ srcPort: 1000, dstPort: 80, seq, flags }, text(content))))

describe('captures of one run', () => {
  it('are independent of each other with --per-file, fragments included', () =>
    withFolder(async (folder) => {
      const [first, second] = halves()
      writeFileSync(join(folder, 'a.pcap'), pcapFile([packet(100, first)]))
      writeFileSync(join(folder, 'b.pcap'), pcapFile([packet(101, second)]))
      const { code } = await runProgram(['a.pcap', 'b.pcap', '--per-file', '-o', 'out', '-q'], {
        cwd: folder,
      })
      expect(code).toBe(0)
      expect([...readTree(join(folder, 'out')).keys()]).toEqual([])
    }))

  it('are independent of each other with --per-file, sweeps included', () =>
    withFolder(async (folder) => {
      const filler = Array.from({ length: 40_000 }, (_, i) => packet(1000, datagram('x', 2000 + (i & 255))))
      const idle = [packet(100, datagram('early')), ...filler, ...filler, packet(100, datagram('late'))]
      writeFileSync(join(folder, 'a.pcap'), pcapFile(filler))
      writeFileSync(join(folder, 'b.pcap'), pcapFile(idle))
      const run = async (...args: string[]) => {
        const index = join(folder, `${args.length}.jsonl`)
        await runProgram([...args, '--per-file', '--no-write', '--index', index, '-q'], { cwd: folder })
        return readFileSync(index, 'utf8')
          .split('\n')
          .filter((line) => line.includes('"capture":"b.pcap"'))
      }
      expect(await run('a.pcap', 'b.pcap')).toEqual(await run('b.pcap'))
    }))

  it('are refused before any work where a file stands in the place of the results', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), pcapFile([packet(100, datagram('x'))]))
      const { code, stderr } = await runProgram(['a.pcap', '--per-file'], { cwd: folder })
      expect(code).toBe(2)
      expect(stderr).toContain('Cannot make the folder "a.pcap" for results: a capture has that name')
    }))

  it('give no name twice when time goes back inside a connection', () =>
    withFolder(async (folder) => {
      const SYN = 0x02
      const ACK = 0x10
      const RST = 0x04
      const filler = Array.from({ length: 140_000 }, () => packet(60, datagram('x')))
      const packets = [
        packet(100, segment(SYN, 999)),
        packet(100, segment(ACK, 1000, 'first')),
        packet(50, segment(RST, 1005)),
        ...filler,
        packet(100, segment(SYN, 5999)),
        packet(100, segment(ACK, 6000, 'second')),
      ]
      writeFileSync(join(folder, 'back.pcap'), pcapFile(packets))
      const { code } = await runProgram(['back.pcap', '-o', 'out', '-q', '--force', '--max-bytes', '100'], {
        cwd: folder,
      })
      expect(code).toBe(0)
      const contents = [...readTree(join(folder, 'out'))].filter(([name]) => name.includes('TCP'))
      expect(contents.map(([, content]) => content.toString()).sort()).toEqual(['first', 'second'])
    }))

  it('name the folder for temporary files that cannot be used', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), pcapFile([packet(100, datagram('x'))]))
      const env = { TMPDIR: join(folder, 'missing') }
      const { code, stderr } = await runProgram(['a.pcap', '-o', 'out'], { cwd: folder, env })
      expect(code).toBe(75)
      expect(stderr).toMatch(/^pcap2conn: Cannot make a temporary folder in ".*missing": [^\n]*\n$/)
    }))
})

describe('convert() to a console that fails', () => {
  it('ends with its error, and does not wait for a worker that was not told', () =>
    withFolder(async (folder) => {
      const { convert } = await import('../../dist/index.js')
      const packets = Array.from({ length: 60_000 }, (_, i) =>
        packet(100, datagram(`payload ${i}`, 1000 + (i % 1000))),
      )
      const inputFile = join(folder, 'a.pcap')
      writeFileSync(inputFile, pcapFile(packets))
      let writes = 0
      const stdout = new Writable({
        write(_chunk, _encoding, done) {
          writes += 1
          setTimeout(() => done(writes > 1 ? new Error('the pipe is gone') : null), 50)
        },
      })
      stdout.on('error', () => {})
      const options = { inputFile, writeToConsole: true, json: true, workers: 1 }
      const summary = await convert(options, { stdout })
      expect(summary.errors).toHaveLength(1)
      expect(summary.errors[0]).toContain('the pipe is gone')
    }))
})
