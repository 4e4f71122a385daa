import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../support/program.js'

const folder = mkdtempSync(join(tmpdir(), 'explain-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function indexed(name: string) {
  const archive = join(folder, name)
  const list = join(folder, `${name}.jsonl`)
  const capture = join('fixtures', name)
  expect((await runProgram([capture, '-q', '--no-write', '--map', archive, '--index', list])).code).toBe(0)
  const [, uid] = /"uid":"(\w+)"/.exec(readFileSync(list, 'utf8'))!
  return { archive, uid: uid! }
}

/** Numbers of bytes, offset, and what became of them, of each packet with payload. */
async function explained(args: readonly string[]) {
  const { code, stdout, stderr } = await runProgram(['explain', ...args])
  expect([code, stderr]).toEqual([0, ''])
  const rows = stdout.toString().trimEnd().split('\n').slice(1)
  return rows
    .map((row) => row.split('\t'))
    .filter((row) => row[5] !== '0')
    .map((row) => [row[1], ...row.slice(5, 8)])
}

describe('explain', () => {
  it('says what became of bytes that came early, again, and with other content', async () => {
    const { archive, uid } = await indexed('overlap-conflict.pcap')
    expect(await explained([archive, uid])).toEqual([
      ['0', '67', '0', 'delivered 0-67'],
      ['0', '12', '78', 'held 78-90'],
      ['0', '12', '78', 'repeated 78-84, conflicting 78-84'],
      ['0', '11', '67', 'delivered 67-90'],
      ['1', '27', '0', 'delivered 0-27'],
    ])
  })

  it('shows the packets that hold a byte, or by which it was given up', async () => {
    const { archive, uid } = await indexed('lost-segment.pcap')
    expect(await explained([archive, uid, '--side', '1', '--offset', '80'])).toEqual([
      ['1', '21', '106', 'gap 71-94, delivered 94-127'],
    ])
    expect(await explained([archive, uid, '--offset', '10'])).toEqual([['0', '58', '0', 'delivered 0-58']])
  })

  it.each([
    ['no connection', ['explain', 'archive']],
    ['two connections', ['explain', 'archive', 'CAAAAAAAAAAAAAAAAA', 'CAAAAAAAAAAAAAAAAB']],
    ['what is no side', ['explain', 'archive', 'CAAAAAAAAAAAAAAAAA', '--side', '2']],
  ])('refuses %s', async (_what, args) => {
    expect((await runProgram(args)).code).toBe(2)
  })
})
