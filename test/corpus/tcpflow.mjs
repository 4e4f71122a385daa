#!/usr/bin/env node
// Agreement with tcpflow: for each direction of a TCP connection in the corpus for which tcpflow writes more bytes than pcap2conn
// delivers, says of which kind they are, by the counts of the index. Exits 1 if one is of no kind. Needs tcpflow and `npm run build`.
//
//   node test/corpus/tcpflow.mjs [--verbose] [CORPUS]      CORPUS: by default ../shared/corpus beside this checkout
//
// Kinds, for the first of these that is enough: nuls (it has no more other bytes than pcap2conn has: it fills gaps with them), outside
// (keep-alives, text of RSTs, what lies beyond a FIN), repeated (it writes what comes again after a connection's end to another
// file), padding (it takes what is behind the IP packet for payload; counted with tshark), gap (it fills what pcap2conn misses with
// other bytes: the first fragment of an incomplete datagram, or what its memory holds behind the end that the snaplen cut), and several.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: 'boolean', default: false } },
})
const root = fileURLToPath(new URL('../..', import.meta.url))
const captures = join(positionals[0] ?? join(root, '../shared/corpus'), 'captures')
if (!existsSync(captures)) throw new Error(`no captures: ${captures}`)
const scratch = mkdtempSync(join(tmpdir(), 'tcpflow-'))

/** @typedef {{ delivered: number, nuls: number, missed: number, repeated: number, outside: number }} Direction */

/** @param {string} path */
function nulsIn(path) {
  let nuls = 0
  if (statSync(path).size < 2 ** 28) for (const byte of readFileSync(path)) if (byte === 0) nuls += 1
  return nuls
}

/** What pcap2conn has, by capture and direction. */
function convert() {
  const index = join(scratch, 'index.jsonl')
  const out = join(scratch, 'ours')
  const args = ['-r', captures, '--per-file', '-o', out, '-s', '--gaps', 'skip', '--index', index, '-q']
  const { status } = spawnSync(process.execPath, [
    join(root, 'bin/pcap2conn.js'),
    ...args,
    '--tcp-timeout',
    '0',
  ])
  if (status !== 0 && status !== 1) throw new Error(`pcap2conn ended with ${status}`)
  /** @type {Map<string, Map<string, Direction>>} */
  const found = new Map()
  for (const line of readFileSync(index, 'utf8').trim().split('\n')) {
    const record = JSON.parse(line)
    if (record.proto !== 'tcp') continue
    const directions = found.get(record.capture) ?? new Map()
    found.set(record.capture, directions)
    for (const [from, to] of [
      ['orig', 'resp'],
      ['resp', 'orig'],
    ]) {
      const key = [`id.${from}_h`, `id.${from}_p`, `id.${to}_h`, `id.${to}_p`]
        .map((field) => record[field])
        .join(' ')
      const sum = directions.get(key) ?? { delivered: 0, nuls: 0, missed: 0, repeated: 0, outside: 0 }
      directions.set(key, sum)
      sum.delivered += record[`${from}_bytes`]
      const file = record[`${from}_file`]
      if (file !== null) sum.nuls += nulsIn(join(out, file))
      sum.missed += record[`${from}_missed_bytes`]
      sum.repeated += record[`${from}_retrans_bytes`]
      sum.outside += record[`${from}_outside_bytes`]
    }
  }
  return found
}

/** `010.000.000.001.00080-…` or an IPv6 address, without leading zeros. @param {string} name */
function directionOf(name) {
  const [from, to] = (name.split(/c\d+$/)[0] ?? '').split('-')
  /** @param {string} [end] */
  const parts = (end = '') => {
    const at = end.lastIndexOf('.')
    const host = end.slice(0, at)
    const short = host.includes(':') ? host : host.split('.').map(Number).join('.')
    return `${short} ${Number(end.slice(at + 1))}`
  }
  return `${parts(from)} ${parts(to)}`
}

/** Bytes that tcpflow writes for each direction, and how many of them are NULs. @param {string} capture */
function flowsOf(capture) {
  const out = join(scratch, 'out')
  let input = capture
  if (capture.endsWith('.gz')) {
    input = join(scratch, 'capture')
    writeFileSync(input, gunzipSync(readFileSync(capture)))
  }
  spawnSync('tcpflow', [
    '-q',
    '-d',
    '0',

    '-T',
    '%A.%a-%B.%b%C%c',
    '-X',
    '/dev/null',
    '-o',
    out,
    '-r',
    input,
  ])
  /** @type {Map<string, { bytes: number, nuls: number }>} */
  const flows = new Map()
  if (!existsSync(out)) return flows
  for (const name of readdirSync(out)) {
    const path = join(out, name)
    const key = directionOf(name)
    const sum = flows.get(key) ?? { bytes: 0, nuls: 0 }
    flows.set(key, sum)
    const { size } = statSync(path)
    sum.bytes += size
    sum.nuls += nulsIn(path)
  }
  rmSync(out, { recursive: true, force: true })
  return flows
}

/** Bytes behind the IP packets of each direction, in frames of Ethernet or Linux's cooked capture. @param {string} capture */
function paddingOf(capture) {
  const names = [
    'ip.src',
    'ipv6.src',
    'tcp.srcport',
    'ip.dst',
    'ipv6.dst',
    'tcp.dstport',
    'ip.len',
    'ipv6.plen',
    'frame.cap_len',
    'frame.protocols',
  ]
  const fields = names.flatMap((name) => ['-e', name])
  const { stdout } = spawnSync('tshark', ['-n', '-r', capture, '-Y', 'tcp', '-T', 'fields', ...fields], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  /** @type {Map<string, number>} */
  const padding = new Map()
  for (const line of stdout.split('\n').filter(Boolean)) {
    const [src4, src6, srcPort, dst4, dst6, dstPort, bytes4, bytes6, captured, protocols = ''] =
      line.split('\t')
    const header = protocols.startsWith('eth:') ? 14 + 4 * (protocols.split(':vlan').length - 1) : 16
    const ipBytes = bytes4 ? Number(bytes4) : 40 + Number(bytes6)
    const behind = Number(captured) - header - ipBytes
    const key = `${src4 || src6} ${srcPort} ${dst4 || dst6} ${dstPort}`
    if (behind > 0) padding.set(key, (padding.get(key) ?? 0) + behind)
  }
  return padding
}

/** @param {{ bytes: number, nuls: number }} theirs @param {Direction} ours @param {() => number} padding */
function kindOf(theirs, { delivered, nuls, missed, repeated, outside }, padding) {
  const extra = theirs.bytes - theirs.nuls - (delivered - nuls)
  if (extra <= 0) return 'nuls'
  if (theirs.bytes <= delivered + missed) return 'gap'
  if (extra <= outside) return 'outside'
  if (extra <= repeated) return 'repeated'
  if (extra <= padding()) return 'padding'
  if (extra <= missed) return 'gap'
  return extra <= outside + repeated + missed + padding() ? 'several' : 'none'
}

/** @type {Record<string, { directions: number, bytes: number }>} */
const totals = {}
/** @param {string} kind @param {number} bytes */
function count(kind, bytes) {
  totals[kind] ??= { directions: 0, bytes: 0 }
  totals[kind].directions += 1
  totals[kind].bytes += bytes
}

try {
  for (const [capture, directions] of convert()) {
    /** @type {Map<string, number> | undefined} */
    let padding
    for (const [key, { bytes, nuls }] of flowsOf(capture)) {
      const ours = directions.get(key) ?? { delivered: 0, nuls: 0, missed: 0, repeated: 0, outside: 0 }
      const extra = bytes - ours.delivered
      if (extra === 0) count('the same', bytes)
      else if (extra < 0) count('pcap2conn has more', -extra)
      else {
        const kind = kindOf({ bytes, nuls }, ours, () => {
          padding ??= paddingOf(capture)
          return padding.get(key) ?? 0
        })
        count(kind, extra)
        if (values.verbose || kind === 'none')
          console.log(
            `${kind}: ${relative(captures, capture)} ${key}: ${bytes} (${nuls} NULs), ${JSON.stringify(ours)}`,
          )
      }
    }
  }
  for (const [kind, { directions, bytes }] of Object.entries(totals))
    console.log(`${kind}: ${directions} directions, ${bytes} bytes`)
  process.exitCode = totals.none === undefined ? 0 : 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
