import { availableParallelism } from 'node:os'
import { linkTypeByName } from '../wire/link/link-types.js'
import { type DecodeAs, TUNNEL_NAMES } from '../wire/tunnels/tunnel-names.js'
import {
  checked,
  choice,
  denial,
  flag,
  integer,
  type NumberOption,
  path,
  seconds,
  size,
  text,
} from './option-row.js'
import { integerOf, pathOf, refusal } from './option-values.js'
import { type ShardPart, shardPartOf } from './shard.js'

const MIB = 2 ** 20
const MAX_WORKERS = 256
const MAX_TIMEOUT_SEC = 1_000_000_000
const MAX_LINK_TYPE = 0xffff
const MAX_PORT = 0xffff

/** The options for reading and reassembly, in the order of the help. */
export const READING_OPTIONS = {
  /** Captures to read: files, globs, folders (recursive), or `-` for standard input. At least one, or `interface`. */
  inputFile: checked<string | readonly string[], readonly string[], 'inputs'>(
    {
      letter: 'r',
      value: 'X',
      offer: 'files',
      isRepeatable: true,
      field: 'inputs',
      group: 'Input',
      help: 'capture to read: file, "glob", folder (recursive), - for standard input; repeatable, same as a plain argument; hidden files, links to folders, results and what is no capture are counted, not read',
      readme:
        'capture to read: a file, a glob (quote it), a folder (read recursively), or `-` for standard input. Repeatable; plain arguments mean the same. [What is not read](docs/inputs.md#what-is-not-read) is counted',
    },
    inputsOf,
  ),
  /** Treat each input as a separate capture with a separate output folder. */
  perFile: flag({
    group: 'Input',
    changesResults: true,
    help: 'each input is a capture of its own, results in DIR/<its path below the folder or glob>/',
    readme:
      'every input is a capture of its own, with its results in `DIR/` below the path that the input has in the folder argument or behind the constant part of the glob (`in/day2/a.pcap` of `in` or `in/*/*.pcap`: `DIR/day2/a.pcap/`), a file that is named: its base name. Two inputs with one folder of results are refused. Without it all inputs are one capture, read in the order of their first packets',
  }),
  /** Read inputs that overlap in time, at most 64, as one capture in the order of their packets' times. */
  merge: flag({
    group: 'Input',
    changesResults: true,
    help: 'inputs that overlap in time (several sensors) are one capture, by the times of their packets',
    readme: 'read inputs that overlap in time (two sensors) as one capture, packet by packet; at most 64',
    conflicts: { perFile: 'inputs are one capture or one each' },
  }),
  /** Overrides the captures' link type: a LINKTYPE name or number, or "auto" for what their packets look like. */
  linkType: checked<NumberOption, number | 'auto' | null>(
    {
      value: 'X',
      group: 'Input',
      changesResults: true,
      help: "link type to use instead of the capture's own: name or number; auto: what its packets look like",
      readme:
        "link type to use instead of the capture's own: a [LINKTYPE](https://www.tcpdump.org/linktypes.html) name or number; `auto` takes what the first 1,000 packets (or 1 MiB) look like where nearly none is as the capture says",
    },
    linkTypeOf,
  ),
  /** pcap-filter(7) expression that selects packets. Default: all packets. */
  filter: text({
    letter: 'e',
    value: 'EXPR',
    group: 'Input',
    changesResults: true,
    help: 'packets to take: pcap-filter(7) expression',
    readme: 'only packets that match this pcap-filter expression',
    what: 'a filter expression',
    isEmptyAllowed: true,
  }),
  /** Do not look inside tunnels. */
  noDecap: denial({
    field: 'decap',
    group: 'Input',
    changesResults: true,
    help: "don't look inside tunnels",
    readme: "don't look inside tunnels over IP",
  }),
  /** Ports that stand for another tunnel than theirs: "udp:8473=vxlan", also "tcp:". "none" opens nothing. */
  decodeAs: checked<string | readonly string[], readonly DecodeAs[]>(
    {
      value: 'PORT=TUNNEL',
      isRepeatable: true,
      group: 'Input',
      changesResults: true,
      help: `tunnel on a port: udp:8473=vxlan, also tcp:; repeatable; ${TUNNEL_NAMES.join(', ')}`,
      readme: `the tunnel that a port stands for, in either direction: \`udp:8473=vxlan\`, also \`tcp:\`; repeatable. Tunnels: ${TUNNEL_NAMES.map((name) => `\`${name}\``).join(', ')}`,
      conflicts: { noDecap: 'no tunnel is opened' },
    },
    decodeAsOf,
  ),

  /** Only one part of the connections: "K/N", from 1 to N. Needs a seed. Default: all. */
  shard: checked<string, ShardPart | null>(
    {
      value: 'K/N',
      group: 'Input',
      changesResults: true,
      help: 'only part K (1 to N) of the connections, by the hash of their 5-tuples; all parts need one --seed or --seed-file',
      readme:
        'only part K (1 to N) of the connections, by the hash of addresses, protocol and ports: N runs, each on a machine of its own, have together what one has. [Parts](docs/outputs.md#parts)',
    },
    shardPartOf,
  ),
  /** Text that keys the hash of `shard`: the same for all parts, and secret. */
  seed: text({
    value: 'TEXT',
    group: 'Input',
    help: 'secret of --shard, the same for all parts',
    readme: 'text that keys the hash of `--shard`, the same for all parts, and secret',
    what: 'a text',
    needs: { shard: 'it says nothing without' },
    conflicts: { seedFile: 'there is one seed' },
  }),
  /** File with that text. */
  seedFile: path({
    value: 'FILE',
    offer: 'files',
    group: 'Input',
    help: 'file with the secret of --shard, which other users cannot read as they can arguments',
    needs: { shard: 'it says nothing without' },
  }),

  /** Copies of a packet that the way of capturing made: which are left out. Default "auto". */
  dedup: choice({
    value: 'MODE',
    group: 'Reassembly',
    changesResults: true,
    help: 'copies of a packet that the way of capturing made (SPAN, bond, bridge, both sides of a VLAN or router) are left out: auto (default), exact (only full copies) or off',
    readme:
      'which copies of a packet that the way of capturing made (SPAN port, bond, bridge, both sides of a VLAN or router) are left out: `auto` (default), `exact` (only full copies) or `off`. [What is a copy](docs/questions.md#copies)',
    choices: ['auto', 'exact', 'off'],
    fallback: 'auto',
  }),
  /** What tells connections with the same addresses and ports apart: "auto" or "5-tuple". Default "auto". */
  key: choice({
    value: 'KEY',
    group: 'Reassembly',
    changesResults: true,
    help: 'what tells connections apart: auto (default; the same addresses and ports in several VLANs or virtual networks are several connections) or 5-tuple',
    readme:
      'what tells connections apart: `auto` (default; the same addresses and ports in several VLANs, VXLAN, GENEVE or NVGRE networks are several connections) or `5-tuple`. [How tenants are told apart](docs/questions.md#tenants)',
    choices: ['auto', '5-tuple'],
    fallback: 'auto',
  }),
  /** Which copy wins when a retransmission carries other bytes. Default "first". */
  overlap: choice({
    value: 'COPY',
    field: 'overlapPolicy',
    group: 'Reassembly',
    changesResults: true,
    help: 'copy that wins when a retransmission differs: first (default) or last',
    readme:
      'which copy wins when a retransmission carries other bytes: `first` (default) or `last`. Conflicts are counted either way',
    choices: ['first', 'last'],
    fallback: 'first',
  }),
  /** Seconds of capture time without a packet after which a TCP connection ends; 0 for never. Default 3600. */
  tcpTimeout: seconds({
    value: 'S',
    field: 'tcpTimeoutSec',
    group: 'Reassembly',
    changesResults: true,
    help: 'idle seconds that end a TCP connection (default: 3600; 0: never)',
    readme:
      'seconds of capture time without a packet after which the next one opens a new TCP connection; default 3600, 0: never',
    fallback: 3600,
    max: MAX_TIMEOUT_SEC,
  }),
  /** The same for UDP and all other protocols. Default 300. */
  udpTimeout: seconds({
    value: 'S',
    field: 'udpTimeoutSec',
    group: 'Reassembly',
    changesResults: true,
    help: 'the same for UDP and other protocols (default: 300; 0: never)',
    readme: 'the same for UDP and all other protocols; default 300',
    fallback: 300,
    max: MAX_TIMEOUT_SEC,
  }),

  /** Keep only this much payload at the start of each direction: bytes, or text such as "64K". Default: all. */
  maxBytes: size({
    value: 'N',
    group: 'Contents',
    changesResults: true,
    help: 'keep only the first N payload bytes of each direction',
    readme: 'keep only the first N payload bytes of each direction; all are counted',
    fallback: Number.POSITIVE_INFINITY,
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    range: 'of at least 1 byte',
  }),
  /** Reassembly threads: 1..256. Default: the processors available to the process. */
  workers: integer({
    value: 'N',
    field: 'workerCount',
    group: 'Resources',
    help: 'reassembly threads (default: one per processor)',
    readme:
      'reassembly threads, 1 to 256, of which no more than eight and one for each MiB of files are started; default: one for each processor available',
    fallback: Math.min(availableParallelism(), MAX_WORKERS),
    min: 1,
    max: MAX_WORKERS,
  }),
  /** Most memory for buffered stream data: bytes, or text such as "64M" or "2G". Default 512 MiB. */
  memory: size({
    value: 'SIZE',
    field: 'memoryBytes',
    group: 'Resources',
    help: 'ceiling for buffered stream data: 64M, 2G (default: 512M)',
    readme: 'ceiling for buffered stream data, all threads together; default `512M`',
    fallback: 512 * MIB,
    min: MIB,
    max: 2 ** 40,
    range: 'from 1M to 1T',
  }),
  /** Most output files open at a time, in all workers together: 1..1,000,000. Default 500. */
  maxFileDesc: integer({
    letter: 'f',
    value: 'N',
    field: 'maxOpenFiles',
    group: 'Resources',
    help: 'most output files open at one moment (default: 500)',
    readme:
      'most output files open at one moment, all threads together; default 500. With fewer files than workers, fewer workers run',
    fallback: 500,
    min: 1,
    max: 1_000_000,
  }),
}

function inputsOf(label: string, value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return Object.freeze(list.map((input) => pathOf(label, input)))
}

function decodeAsOf(label: string, value: unknown): readonly DecodeAs[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return Object.freeze(list.map((item) => decodeAsRow(label, item)))
}

function decodeAsRow(label: string, value: unknown): DecodeAs {
  const match = typeof value === 'string' ? /^(udp|tcp):(\d{1,5})=([\w-]+)$/i.exec(value) : null
  const [, protocol = '', port = '', name = ''] = match ?? []
  const tunnel = TUNNEL_NAMES.find((known) => known === name.toLowerCase())
  if (match === null || tunnel === undefined || Number(port) > MAX_PORT)
    throw refusal(label, value, `a port and a tunnel, such as udp:8473=vxlan (${TUNNEL_NAMES.join(', ')})`)
  return { protocol: protocol.toLowerCase() === 'tcp' ? 'tcp' : 'udp', port: Number(port), tunnel }
}

function linkTypeOf(label: string, value: unknown): number | 'auto' | null {
  if (value === undefined) return null
  if (value === 'auto') return value
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
  if (isNumeric) return integerOf(label, value, 0, 0, MAX_LINK_TYPE)
  const linkType = typeof value === 'string' ? linkTypeByName(value) : null
  if (linkType !== null) return linkType
  throw refusal(
    label,
    value,
    `a link type's name, such as ETHERNET or RAW, or a number from 0 to ${MAX_LINK_TYPE}`,
  )
}
