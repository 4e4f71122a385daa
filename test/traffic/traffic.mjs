#!/usr/bin/env node
// Fresh traffic over a bad road: nginx and curl in two network namespaces, and a relay between them that delays, loses, doubles
// and reorders. Captured at both ends, and live at the receiver's. Every body must come out with the SHA-256 of the file that was
// sent. The kernel's congestion control is used as it is; BBR fills large windows in spite of losses. Needs root, nginx, curl, tcpdump, python3 and `npm run build`.
//
//   node test/traffic/traffic.mjs [options]
//     --runs N      how many (default 20), each with other trouble
//     --seed N      of the first one (default: drawn, and printed)
//     --keep DIR    leaves the captures of runs that fail there
//
// Exit code: 0 all right, 1 a body was wrong or missing, or a run of pcap2conn failed.
import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    keep: { type: 'string' },
  },
})

const PROGRAM = fileURLToPath(new URL('../../bin/pcap2conn.js', import.meta.url))
const RELAY = fileURLToPath(new URL('relay.py', import.meta.url))
const WINDOW = 33_554_432
const id = `p2t${process.pid}`
const client = `${id}c`
const server = `${id}s`
const MiB = 1024 * 1024

/** Trouble of a run, in turns. */
const ROADS = [
  { delay: 40, loss: 0.05, double: 0, late: 0, sizes: [60 * MiB] },
  { delay: 40, loss: 0.5, double: 0.5, late: 0.5, sizes: [20 * MiB, 3 * MiB, 0, 1] },
  { delay: 1, loss: 2, double: 1, late: 2, sizes: [4 * MiB, 100_000, 65_536, 1_460, 1_220] },
  { delay: 200, loss: 0.02, double: 0.01, late: 0.01, sizes: [60 * MiB] },
  { delay: 20, loss: 2, double: 2, late: 5, sizes: Array.from({ length: 30 }, (_, i) => 3 ** (i % 12)) },
]

/** @param {string[]} args */
function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** @param {string} namespace @param {string[]} command @param {import('node:child_process').StdioOptions} [stdio] */
function start(namespace, command, stdio = ['ignore', 'ignore', 'inherit']) {
  return spawn('ip', ['netns', 'exec', namespace, ...command], { stdio })
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<number | null>} */
function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)))
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
  return ended(child)
}

/** Responses of one connection, by the path that was asked for. @param {Buffer} requests @param {Buffer} responses */
function bodies(requests, responses) {
  const paths = [...requests.toString('latin1').matchAll(/^GET \/(\S+) HTTP\/1\.1\r$/gm)].map(
    (match) => match[1] ?? '',
  )
  let at = 0
  return paths.map((path) => {
    const headEnd = responses.indexOf('\r\n\r\n', at)
    const head = responses.subarray(at, headEnd).toString('latin1')
    const length = Number(/^Content-Length: (\d+)/im.exec(head)?.[1] ?? Number.NaN)
    const body = responses.subarray(headEnd + 4, headEnd + 4 + length)
    at = headEnd + 4 + length
    return { path, sha256: createHash('sha256').update(body).digest('hex') }
  })
}

/** What is wrong with what a conversion wrote. @param {string} out @param {Map<string, string>} sent */
function wrongs(out, sent) {
  const wrong = []
  const missing = new Set(sent.keys())
  const records = readFileSync(join(out, 'index.jsonl'), 'utf8').trim().split('\n').filter(Boolean)
  for (const record of records.map((line) => JSON.parse(line))) {
    if (record.proto !== 'tcp') continue
    const { orig_file, resp_file, missed_bytes, orig_outside_bytes, resp_outside_bytes, overlap_conflicts } =
      record
    const name = `${record['id.orig_h']} ${record['id.orig_p']}`
    if (missed_bytes !== 0) wrong.push(`${name}: ${missed_bytes} bytes missing`)
    if (orig_outside_bytes + resp_outside_bytes !== 0) wrong.push(`${name}: bytes outside`)
    if (overlap_conflicts !== 0) wrong.push(`${name}: ${overlap_conflicts} conflicts`)
    if (orig_file === null || resp_file === null) continue
    const requests = readFileSync(join(out, orig_file))
    for (const { path, sha256 } of bodies(requests, readFileSync(join(out, resp_file)))) {
      if (sent.get(path) !== sha256) wrong.push(`${name}: /${path} has another SHA-256`)
      missing.delete(path)
    }
  }
  for (const path of missing) wrong.push(`/${path} is in no connection`)
  return wrong
}

/** @param {string} folder @param {string} capture @param {Map<string, string>} sent */
async function convert(folder, capture, sent) {
  const out = join(folder, 'out')
  const args = ['-r', capture, '-o', out, '-s', '--index', join(out, 'index.jsonl'), '-q']
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await ended(child)
  const wrong = code === 0 ? wrongs(out, sent) : [`ended with ${code}`]
  rmSync(out, { recursive: true, force: true })
  return wrong
}

/** @param {number} number @param {number} seed @param {string} folder */
async function run(number, seed, folder) {
  const road = ROADS[number % ROADS.length]
  if (road === undefined) throw new Error('bug: no road')
  const isIpv6 = seed % 2 === 1
  const mtu = seed % 3 === 0 ? 1280 : 1500
  const files = join(folder, 'files')
  mkdirSync(files)
  /** @type {Map<string, string>} */
  const sent = new Map()
  road.sizes.forEach((size, i) => {
    const body = randomBytes(size)
    writeFileSync(join(files, `f${i}`), body)
    sent.set(`f${i}`, createHash('sha256').update(body).digest('hex'))
  })
  for (const name of [client, server]) ip('netns', 'add', name)
  /** @type {import('node:child_process').ChildProcess[]} */
  const children = []
  try {
    const { delay, loss, double, late } = road
    const relay = spawn(
      'python3',
      [RELAY, `${id}l`, `${id}r`, mtu, delay, loss, double, late, 400, seed].map(String),
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    children.push(relay)
    let relayed = ''
    relay.stdout.on('data', (text) => {
      relayed += text
    })
    while (!relayed.includes('ready')) await sleep(20)
    for (const [i, name] of [client, server].entries()) {
      const tunnel = `${id}${'lr'[i]}`
      const inside = (/** @type {string[]} */ ...args) => ip('-n', name, ...args)
      ip('link', 'set', tunnel, 'netns', name)
      inside('addr', 'add', `10.98.0.${i + 1}/24`, 'dev', tunnel)
      inside('addr', 'add', `fd98::${i + 1}/64`, 'dev', tunnel, 'nodad')
      inside('link', 'set', 'lo', 'up')
      inside('link', 'set', tunnel, 'mtu', String(mtu), 'txqueuelen', '10000', 'up')
      const settings = ['rmem', 'wmem'].map((kind) => `net.ipv4.tcp_${kind}=4096 ${WINDOW / 4} ${WINDOW}`)
      execFileSync('ip', ['netns', 'exec', name, 'sysctl', '-qw', ...settings])
    }
    const conf = join(folder, 'nginx.conf')
    writeFileSync(
      conf,
      `daemon off; master_process off; user root; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
       events {} http { access_log off; sendfile on; server { listen 80; listen [::]:80; root ${files}; } }`,
    )
    children.push(start(server, ['nginx', '-e', `${folder}/error.log`, '-c', conf]))
    const dumps = [client, server].map((name, i) =>
      start(
        name,
        ['tcpdump', '-q', '-U', '-B', '65536', '-i', `${id}${'lr'[i]}`, '-w', join(folder, `${i}.pcap`)],
        'ignore',
      ),
    )
    const live = join(folder, 'live')
    const args = ['-i', `${id}l`, '-o', live, '-s', '--index', join(live, 'index.jsonl'), '-q']
    const summary = join(folder, 'live.json')
    const following = start(client, [process.execPath, PROGRAM, ...args, '--summary', summary])
    children.push(...dumps, following)
    await sleep(2000)
    const host = isIpv6 ? '[fd98::2]' : '10.98.0.2'
    const urls = [...sent.keys()].flatMap((path) => [
      '-o',
      join(folder, `got-${path}`),
      `http://${host}/${path}`,
    ])
    const curl = start(
      client,
      ['curl', '-s', '-Z', '--parallel-max', '4', '--max-time', '300', '-g', ...urls],
      'ignore',
    )
    children.push(curl)
    const curlCode = await ended(curl)
    await sleep(1500)
    for (const dump of dumps) await end(dump)
    const liveCode = await end(following)
    relay.stdin.end()
    await ended(relay)
    const wrong = curlCode === 0 ? [] : [`curl ended with ${curlCode}`]
    for (const [i, where] of ['receiver', 'sender'].entries()) {
      const found = await convert(folder, join(folder, `${i}.pcap`), sent)
      wrong.push(...found.map((text) => `${where}: ${text}`))
    }
    const dropped = JSON.parse(readFileSync(summary, 'utf8')).inputs[0].dropped
    if (liveCode !== 0 && liveCode !== 130) wrong.push(`live: ended with ${liveCode}`)
    else wrong.push(...wrongs(live, sent).map((text) => `live: ${text} (${dropped} packets dropped)`))
    const size = (statSync(join(folder, '0.pcap')).size / MiB).toFixed(1)
    const what = `${isIpv6 ? 'IPv6' : 'IPv4'}, MTU ${mtu}, ${delay} ms, loss ${loss} %, double ${double} %, late ${late} %`
    console.log(
      `run ${number + 1}, seed ${seed}: ${what}; ${size} MiB; ${relayed.replace(/ready\s*/, '').trim()}`,
    )
    for (const line of wrong.slice(0, 20)) console.log(`  ${line}`)
    return wrong.length === 0
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
    for (const name of [client, server]) ip('netns', 'delete', name)
  }
}

let failed = 0
for (let number = 0; number < Number(values.runs); number++) {
  const folder = mkdtempSync(join(tmpdir(), 'traffic-'))
  try {
    const isRight = await run(number, Number(values.seed) + number, folder)
    if (isRight) continue
    failed += 1
    if (values.keep !== undefined) cpSync(folder, join(values.keep, `run-${number + 1}`), { recursive: true })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
console.log(`${failed} of ${values.runs} runs were not right`)
process.exitCode = failed === 0 ? 0 : 1
