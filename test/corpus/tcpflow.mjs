#!/usr/bin/env node
// Agreement with tcpflow: for each direction of a TCP connection in the corpus for which tcpflow writes more bytes than pcap2conn
// delivers, says of which kind they are, by the counts of the index. Exits 1 if one is of no kind. Needs tcpflow and `npm run build`.
//
//   node test/corpus/tcpflow.mjs [--verbose] [CORPUS]      CORPUS: by default ../shared/corpus beside this checkout
//
// Kinds, for the first of these that is enough: nuls (it has no more other bytes than pcap2conn has: it fills gaps with them), outside
// (keep-alives, text of RSTs, what lies beyond a FIN), repeated (it writes what comes again after a connection's end to another
// file), padding (it takes the padding of Ethernet frames for payload; counted with tshark), and several of these together.
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

/** @typedef {{ delivered: number, nuls: number, repeated: number, outside: number }} Direction */

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
      const sum = directions.get(key) ?? { delivered: 0, nuls: 0, repeated: 0, outside: 0 }
      directions.set(key, sum)
      sum.delivered += record[`${from}_bytes`]
      const file = record[`${from}_file`]
      if (file !== null) sum.nuls += nulsIn(join(out, file))
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

/** Bytes of padding behind the IP packets of each direction. @param {string} capture */
function paddingOf(capture) {
  const fields = ['ip.src', 'tcp.srcport', 'ip.dst', 'tcp.dstport', 'eth.padding', 'eth.trailer'].flatMap(
    (field) => ['-e', field],
  )
  const filter = 'tcp && (eth.padding || eth.trailer)'
  const { stdout } = spawnSync('tshark', ['-n', '-r', capture, '-Y', filter, '-T', 'fields', ...fields], {
    encoding: 'utf8',
  })
  /** @type {Map<string, number>} */
  const padding = new Map()
  for (const line of stdout.split('\n').filter(Boolean)) {
    const values = line.split('\t')
    const key = values.slice(0, 4).join(' ')
    padding.set(key, (padding.get(key) ?? 0) + values.slice(4).join('').length / 2)
  }
  return padding
}

/** @param {{ bytes: number, nuls: number }} theirs @param {Direction} ours @param {() => number} padding */
function kindOf(theirs, { delivered, nuls, repeated, outside }, padding) {
  const extra = theirs.bytes - theirs.nuls - (delivered - nuls)
  if (extra <= 0) return 'nuls'
  if (extra <= outside) return 'outside'
  if (extra <= repeated) return 'repeated'
  if (extra <= padding()) return 'padding'
  return extra <= outside + repeated + padding() ? 'several' : 'none'
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
      const ours = directions.get(key) ?? { delivered: 0, nuls: 0, repeated: 0, outside: 0 }
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
