import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pcapFile } from '../support/capture-writers.js'
import { concat, ethernet, ipv4 } from '../support/frames.js'
import { runProgram, withFolder } from '../support/program.js'
import { dataChunk, initChunk, sackChunk, sctpChunk } from '../support/sctp.js'

const NAME = '20231114221320-SCTP-10.0.0.1.5000-10.0.0.2.6000'

function packet(id: number, isAnswer: boolean, ...chunks: readonly number[][]) {
  const [src, dst] = isAnswer ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2']
  const ports = isAnswer ? [0x17, 0x70, 0x13, 0x88] : [0x13, 0x88, 0x17, 0x70]
  const bytes = concat(ports, [0, 0, 0, 1, 0, 0, 0, 0], chunks.flat())
  const frame = ethernet(ipv4({ protocol: 132, src, dst, id }, bytes))
  return { frame, tsSec: 1_700_000_000, tsNsec: id * 1_000_000, originalBytes: frame.length }
}

const PACKETS = [
  packet(1, false, initChunk(0xffff_fffe)),
  packet(2, true, sctpChunk(2, initChunk(40).slice(4))),
  packet(3, false, dataChunk(0xffff_fffe, 'one ')),
  packet(4, false, dataChunk(0, 'three '), sctpChunk(4, [1, 2, 3, 4])),
  packet(5, false, dataChunk(0xffff_ffff, 'two ')),
  packet(6, false, dataChunk(0xffff_ffff, 'two ')),
  packet(7, true, sackChunk(0), dataChunk(40, 'answer')),
]

describe('SCTP', () => {
  it.each([['1'], ['2']])('has its user data in order, once, with %s workers', async (workers) => {
    await withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), pcapFile(PACKETS))
      const args = ['a.pcap', '-q', '-s', '--workers', workers, '--index', 'index.jsonl']
      const { code, stderr } = await runProgram(args, { cwd: folder })
      expect([code, stderr]).toEqual([0, ''])
      const record = JSON.parse(readFileSync(join(folder, 'index.jsonl'), 'utf8'))
      expect(record).toMatchObject({
        name: NAME,
        orig_bytes: 14,
        resp_bytes: 6,
        orig_captured_bytes: 18,
        orig_retrans_bytes: 4,
        orig_outside_bytes: 0,
      })
      expect(readFileSync(join(folder, record.orig_file), 'utf8')).toBe('one two three ')
      expect(readFileSync(join(folder, record.resp_file), 'utf8')).toBe('answer')
    })
  })

  it('lists conflicts byte by byte, and explains what became of each packet', async () => {
    await withFolder(async (folder) => {
      const data = (id: number, ...chunks: readonly number[][]) => packet(id, false, ...chunks)
      const capture = pcapFile([
        data(1, dataChunk(7, 'seven')),
        data(2, dataChunk(7, 'sXven')),
        data(3, dataChunk(9, 'nine')),
        data(4, dataChunk(9, 'nXXe')),
        data(5, sackChunk(1)),
        data(6, dataChunk(8, 'eight'), dataChunk(5, 'five')),
      ])
      writeFileSync(join(folder, 'a.pcap'), capture)
      const files = ['--index', 'index.jsonl', '--conflicts', 'conflicts.jsonl', '--map', 'archive']
      const run = await runProgram(['a.pcap', '-q', '--no-write', ...files], { cwd: folder })
      expect([run.code, run.stderr]).toEqual([0, ''])
      const record = JSON.parse(readFileSync(join(folder, 'index.jsonl'), 'utf8'))
      expect(record).toMatchObject({ overlap_conflicts: 3, orig_retrans_bytes: 9, orig_outside_bytes: 4 })
      const lines = readFileSync(join(folder, 'conflicts.jsonl'), 'utf8').trimEnd().split('\n')
      expect(lines.map((line) => JSON.parse(line))).toMatchObject([
        { offset: 1, bytes: 1, first: { packet: 1, data: '65' }, second: { packet: 2, data: '58' } },
        { offset: null, bytes: 2, first: { packet: 3, data: '696e' }, second: { packet: 4, data: '5858' } },
      ])
      const { stdout } = await runProgram(['explain', 'archive', record.uid], { cwd: folder })
      const rows = stdout.toString().trimEnd().split('\n').slice(1)
      expect(rows.map((row) => row.split('\t')).map((row) => [row[5], row[7]])).toEqual([
        ['5', 'delivered 0-5'],
        ['5', 'repeated 0-1, conflicting 1-2, repeated 2-5'],
        ['4', 'held 4 B'],
        ['4', 'repeated 2 B, conflicting 2 B'],
        ['0', '-'],
        ['9', 'delivered 5-14, outside (before_start) 4 B'],
      ])
    })
  })
})
