import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { runProgram, withFolder } from '../support/program.js'

const FIRST_SEC = 1_709_631_000
const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i)
const escapes = Buffer.from('"quoted" back\\slash \u2028 \b\f\n\r\t \x00\x7f')

/** What one line holds. */
interface Chunk {
  readonly side: number
  readonly abs: number
  readonly conn: number
  readonly size: number
  readonly data: string
}

// What the scripts of the original program do with each line, and its result in a form that both sides can compare.
const READER = `
import sys, json, datetime

def read_packets(json_dump_file_path):
  with open(json_dump_file_path, "rt") as f:
    while True:
      line = f.readline()
      if not line: break
      data = json.loads(line)
      assert all(type(data[name]) is str for name in ('side', 'size', 'data', 'data_hex'))
      assert type(data['time']['abs']) is str and type(data['time']['conn']) is str
      assert data['data'].encode('latin-1') == bytes.fromhex(data['data_hex'])
      data['data'] = bytes.fromhex(data['data_hex'])
      data['side'] = int(data['side'])
      data['size'] = int(data['size'])
      datetime.datetime.fromtimestamp(float(data['time']['abs']))
      yield dict(side=data['side'], abs=float(data['time']['abs']), conn=float(data['time']['conn']),
                 size=data['size'], data=data['data'].hex())

json.dump([packet for packet in read_packets(sys.argv[1])], sys.stdout)
`

function readWithPython(path: string): Chunk[] {
  const text = execFileSync('python3', ['-c', READER, path], { env: { ...process.env, LC_ALL: 'C.UTF-8' } })
  return JSON.parse(text.toString()) as Chunk[]
}

function readWithNode(path: string): Chunk[] {
  const lines = readFileSync(path, 'utf8').split('\r\n')
  expect(lines.pop()).toBe('')
  return lines.map((line) => {
    const { side, time, size, data, data_hex, ...rest } = JSON.parse(line)
    expect(rest).toEqual({})
    for (const value of [side, time.abs, time.conn, size, data, data_hex]) expect(value).toBeTypeOf('string')
    expect(data_hex).toMatch(/^(?:[0-9A-F]{2})*$/)
    const bytes = Buffer.from(data_hex, 'hex')
    expect(Buffer.from(data, 'latin1').equals(bytes)).toBe(true)
    return {
      side: Number(side),
      abs: Number(time.abs),
      conn: Number(time.conn),
      size: Number(size),
      data: bytes.toString('hex'),
    }
  })
}

const hasPython = spawnSync('python3', ['--version']).status === 0
const readers: [string, boolean, (path: string) => Chunk[]][] = [
  ['Python', hasPython, readWithPython],
  ['JavaScript', true, readWithNode],
]

const script = new Script(FIRST_SEC)
const connection = script.tcp({
  client: endpoint('192.0.2.1', 4_000),
  server: endpoint('198.51.100.1', 80),
  atMs: 250,
})
connection.open()
connection.send(0, everyByte)
connection.send(1, escapes)
connection.send(1, 'lost', { isLost: true })
connection.send(1, 'after the gap')
connection.wait(700_000)
connection.send(0, '\xff')
connection.close(0)

describe.each(readers)('what -j writes, read with %s', (_name, isThere, read) => {
  it.skipIf(!isThere)('is one object a line, as the original program wrote it', () =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), script.toPcap())
      const { code } = await runProgram(['a.pcap', '-o', 'out', '-jq', '--utc'], { cwd: folder })
      expect(code).toBe(0)
      expect(readdirSync(join(folder, 'out'))).toHaveLength(1)
      const [name] = readdirSync(join(folder, 'out'))
      const chunks = read(join(folder, 'out', name!))
      const first = script.expected[0]!
      expect(chunks).toHaveLength(first.chunks.length)
      for (const [i, { side, us, bytes }] of first.chunks.entries()) {
        const chunk = chunks[i]!
        expect(chunk).toMatchObject({ side, size: bytes.length, data: Buffer.from(bytes).toString('hex') })
        expect(chunk.abs).toBeCloseTo(FIRST_SEC + us / 1e6, 5)
        expect(chunk.conn).toBeCloseTo((us - first.us) / 1e6, 5)
      }
    }),
  )
})
