import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pcapFile, type WrittenPacket } from '../support/capture-writers.js'
import { ethernet, ipv4, tcp } from '../support/frames.js'
import { runProgram } from '../support/program.js'

const TCP = 6
const SYN = 0x02
const ACK = 0x10
const SEGMENT_BYTES = 1000
const CONTENT = Buffer.from('What was transferred, again and again. '.repeat(200))

type Said = readonly [fromServer: boolean, bytes: Buffer]

/** A connection in segments. @param lost Numbers of the segments with payload that the capture lost, from 0. */
function connection(port: number, said: readonly Said[], lost: readonly number[] = []): WrittenPacket[] {
  const packets: WrittenPacket[] = []
  const next = [1000, 7000]
  let number = 0
  const send = (side: number, flags: number, payload: Buffer) => {
    const [srcPort, dstPort] = side === 0 ? [port, 80] : [80, port]
    const [src, dst] = side === 0 ? ['192.0.2.7', '198.51.100.80'] : ['198.51.100.80', '192.0.2.7']
    const ack = flags === SYN ? 0 : next[1 - side]!
    const segment = tcp({ srcPort, dstPort, seq: next[side]!, ack, flags }, payload)
    next[side]! += payload.length + (flags & SYN ? 1 : 0)
    const isLost = payload.length > 0 && lost.includes(number++)
    if (isLost) return
    const frame = ethernet(ipv4({ protocol: TCP, src: src!, dst: dst! }, segment))
    packets.push({ tsSec: 1_700_000_000 + packets.length, tsNsec: 0, frame, originalBytes: frame.length })
  }
  send(0, SYN, Buffer.alloc(0))
  send(1, SYN | ACK, Buffer.alloc(0))
  for (const [fromServer, bytes] of said) {
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES)
      send(fromServer ? 1 : 0, ACK, bytes.subarray(at, at + SEGMENT_BYTES))
  }
  for (const side of [0, 1, 0]) send(side, ACK, Buffer.alloc(0))
  return packets
}

const request = (uri: string): Said => [false, Buffer.from(`GET ${uri} HTTP/1.1\r\nHost: a.example\r\n\r\n`)]

function response(body: Buffer, ...fields: readonly string[]): Said {
  const head = ['HTTP/1.1 200 OK', `Content-Length: ${body.length}`, ...fields, '', ''].join('\r\n')
  return [true, Buffer.concat([Buffer.from(head, 'latin1'), body])]
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pcap2conn-objects-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the program on these packets. */
async function converted(name: string, packets: readonly WrittenPacket[], ...args: readonly string[]) {
  const capture = join(folder, `${name}.pcap`)
  const out = join(folder, name)
  writeFileSync(capture, pcapFile(packets))
  const { code, stderr } = await runProgram([capture, '--objects', '-q', '-o', out, ...args])
  expect([code, stderr]).toEqual([0, ''])
  const records = readFileSync(join(out, 'objects.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  return { out, records, contents: records.map(({ file }) => readFileSync(join(out, file))) }
}

describe('--objects', () => {
  it('writes what was transferred, with its codings undone', async () => {
    const { out, records, contents } = await converted(
      'codings',
      connection(50_000, [
        ...Array.from({ length: 5 }, (_, i) => request(`/${i}`)),
        response(CONTENT, 'Content-Type: text/plain; charset=utf-8'),
        response(gzipSync(CONTENT), 'Content-Encoding: gzip'),
        response(deflateSync(CONTENT), 'Content-Encoding: deflate'),
        response(deflateRawSync(CONTENT), 'Content-Encoding: deflate'),
        response(
          brotliCompressSync(gzipSync(CONTENT)),
          'Content-Encoding: gzip, br',
          'Content-Type: image/png',
        ),
      ]),
    )
    expect(contents.map((content) => content.equals(CONTENT))).toEqual([true, true, true, true, true])
    expect(
      records.map(({ uri, n, content_encoding, file }) => [uri, n, content_encoding, file.split('.')[1]]),
    ).toEqual([
      ['/0', 1, null, 'txt'],
      ['/1', 2, null, 'bin'],
      ['/2', 3, null, 'bin'],
      ['/3', 4, null, 'bin'],
      ['/4', 5, null, 'png'],
    ])
    for (const record of records)
      expect(record).toMatchObject({
        method: 'GET',
        host: 'a.example',
        status: 200,
        side: 1,
        size: CONTENT.length,
        complete: true,
        missing: [],
        sha256: sha256(CONTENT),
      })
    expect(readdirSync(join(out, 'objects')).length).toBe(5)
  })

  it('writes what cannot be decoded as it is', async () => {
    const packed = gzipSync(CONTENT)
    const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20))
    const { records, contents } = await converted(
      'as-it-is',
      connection(50_000, [
        request('/zstd'),
        request('/damaged'),
        request('/bomb'),
        request('/cut'),
        response(CONTENT, 'Content-Encoding: zstd'),
        response(CONTENT, 'Content-Encoding: gzip'),
        response(bomb, 'Content-Encoding: gzip'),
        [true, Buffer.concat([response(packed, 'Content-Encoding: gzip')[1].subarray(0, -20)])],
      ]),
      '--summary',
      join(folder, 'bomb.json'),
    )
    expect(records.map(({ content_encoding, complete }) => [content_encoding, complete])).toEqual([
      ['zstd', true],
      ['gzip', true],
      ['gzip', true],
      [null, false],
    ])
    expect(contents.slice(0, 2).map((content) => content.equals(CONTENT))).toEqual([true, true])
    expect(contents[2]!.equals(bomb)).toBe(true)
    expect(CONTENT.subarray(0, contents[3]!.length).equals(contents[3]!)).toBe(true)
    expect(JSON.parse(readFileSync(join(folder, 'bomb.json'), 'utf8')).limits.unpacked_objects).toBe(1)
  })

  it('leaves an object packed that is larger than the limit', async () => {
    const large = gzipSync(Buffer.alloc(17 * 2 ** 20, 'abcdefgh'), { level: 0 })
    const summary = join(folder, 'large.json')
    const said = [request('/large'), response(large, 'Content-Encoding: gzip')]
    const { records, contents } = await converted(
      'large',
      connection(50_000, said),
      '--no-write',
      '--summary',
      summary,
    )
    expect(records).toMatchObject([{ content_encoding: 'gzip', complete: true, sha256: sha256(large) }])
    expect(contents[0]!.equals(large)).toBe(true)
    expect(JSON.parse(readFileSync(summary, 'utf8')).limits.packed_objects).toBe(1)
  })

  it('writes zeros for what the capture lost, and says where', async () => {
    const said = [request('/a'), response(CONTENT)]
    const [whole] = (await converted('whole', connection(50_000, said))).contents
    const { records, contents } = await converted('holes', connection(50_000, said, [3, 4, 6]))
    const head = said[1]![1].length - CONTENT.length
    const missing = [
      { offset: 2000 - head, length: 2000 },
      { offset: 5000 - head, length: 1000 },
    ]
    expect(records).toMatchObject([
      { missing, missing_bytes: 3000, complete: false, sha256: null, size: CONTENT.length },
    ])
    const expected = Buffer.from(whole!)
    for (const { offset, length } of missing) expected.fill(0, offset, offset + length)
    expect(contents[0]!.equals(expected)).toBe(true)
  })

  it('makes no name of what stands in the capture', async () => {
    const name = '../../../etc/passwd\x1b[2J'
    const { out, records } = await converted(
      'names',
      connection(50_000, [
        [false, Buffer.from(`GET /../../x HTTP/1.1\r\nHost: ../..\r\n\r\n`)],
        response(CONTENT, `Content-Disposition: attachment; filename="${name}"`, 'Content-Type: ../../sh'),
      ]),
    )
    expect(records).toMatchObject([{ file_name: name, uri: '/../../x', host: '../..' }])
    expect(readFileSync(join(out, 'objects.jsonl')).includes(0x1b)).toBe(false)
    expect(readdirSync(join(out, 'objects'))).toEqual([expect.stringMatching(/^C\w{17}-1-1\.bin$/)])
  })

  it('writes the same whatever the workers, the memory and the open files', async () => {
    const packets = Array.from({ length: 40 }, (_, i) =>
      connection(50_000 + i, [
        request(`/${i}`),
        response(i % 2 ? gzipSync(CONTENT) : CONTENT, i % 2 ? 'Content-Encoding: gzip' : 'X: y'),
      ]),
    ).flat()
    packets.sort((a, b) => a.tsSec - b.tsSec)
    const first = await converted('one', packets, '--workers', '1', '--no-write')
    const second = await converted(
      'three',
      packets,
      '--workers',
      '3',
      '--memory',
      '16M',
      '-f',
      '3',
      '--no-write',
    )
    expect(first.records.length).toBe(40)
    expect(second.records).toEqual(first.records)
    expect(second.contents).toEqual(first.contents)
  })

  it.each([
    [['-o', 'a.zip'], 'Cannot use --objects with -o NAME.zip: objects are files of a folder'],
    [['--resume'], 'objects of results that are left alone are not listed'],
  ])('is refused with %j', async (args, message) => {
    const { code, stderr } = await runProgram(['fixtures/http.pcap.gz', '--objects', ...args])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })

  it('replaces no list that exists', async () => {
    const out = join(folder, 'exists')
    const run = () => runProgram(['fixtures/http.pcap.gz', '--objects', '--no-write', '-q', '-o', out])
    expect((await run()).code).toBe(0)
    const again = await run()
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('objects.jsonl')
  })
})
