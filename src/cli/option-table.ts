/** The headings of the help, in its order. */
export const OPTION_GROUPS = [
  'Input',
  'Live capture',
  'Output',
  'Contents',
  'Reassembly',
  'Resources',
  'Report',
] as const

/** One option of the command line. */
export interface OptionRow {
  /** Long name, without the dashes. */
  readonly name: string
  /** Letter of the short form. */
  readonly letter?: string
  /** What the value is called in the help; absent: a flag. */
  readonly value?: string
  /** May be given more than once. */
  readonly isRepeatable?: true
  readonly group: (typeof OPTION_GROUPS)[number]
  readonly help: string
}

/** Every option that works, in the order of the help. */
export const OPTION_TABLE: readonly OptionRow[] = [
  {
    name: 'input-file',
    letter: 'r',
    value: 'X',
    isRepeatable: true,
    group: 'Input',
    help: 'capture to read: file, "glob", folder (recursive), - for standard input; repeatable, same as a plain argument',
  },
  {
    name: 'per-file',
    group: 'Input',
    help: 'each input is a capture of its own, results in DIR/<its name>/',
  },
  {
    name: 'merge',
    group: 'Input',
    help: 'inputs that overlap in time (several sensors) are one capture, by the times of their packets',
  },
  {
    name: 'resume',
    group: 'Input',
    help: 'leave inputs alone whose results are complete; do half-done ones again',
  },
  {
    name: 'link-type',
    value: 'X',
    group: 'Input',
    help: "link type to use instead of the capture's own: name or number",
  },
  {
    name: 'filter',
    letter: 'e',
    value: 'EXPR',
    group: 'Input',
    help: 'packets to take: pcap-filter(7) expression',
  },
  { name: 'no-decap', group: 'Input', help: "don't look inside tunnels" },

  {
    name: 'interface',
    letter: 'i',
    value: 'X',
    group: 'Live capture',
    help: 'capture on an interface, by its name or one of its addresses, until Ctrl-C',
  },
  {
    name: 'list-interfaces',
    letter: 'l',
    group: 'Live capture',
    help: 'list the interfaces and exit; with -j as JSON',
  },
  {
    name: 'write',
    letter: 'w',
    value: 'FILE',
    group: 'Live capture',
    help: 'keep the raw packets too, as pcapng',
  },
  {
    name: 'packet-count',
    value: 'N',
    group: 'Live capture',
    help: 'end after N packets',
  },
  { name: 'duration', value: 'S', group: 'Live capture', help: 'end after S seconds' },
  {
    name: 'snaplen',
    value: 'N',
    group: 'Live capture',
    help: 'keep only the first N bytes of each frame (default: 262144, all of it)',
  },
  {
    name: 'no-promiscuous',
    group: 'Live capture',
    help: "don't take frames that are addressed to others",
  },
  {
    name: 'buffer-size',
    value: 'SIZE',
    group: 'Live capture',
    help: "the kernel's buffer for packets not yet read (default: 64M)",
  },
  {
    name: 'live-backend',
    value: 'NAME',
    group: 'Live capture',
    help: 'what captures: auto (default), libpcap or cap',
  },

  {
    name: 'output-dir',
    letter: 'o',
    value: 'DIR',
    group: 'Output',
    help: 'where files go, made if absent (default: .)',
  },
  {
    name: 'separate-sides',
    letter: 's',
    group: 'Output',
    help: 'one file per direction instead of one per connection',
  },
  { name: 'write-metadata', letter: 'm', group: 'Output', help: 'a metadata file per connection' },
  {
    name: 'index',
    value: 'FILE',
    isRepeatable: true,
    group: 'Output',
    help: 'a record for each connection, in the format of the ending: .jsonl, .csv, .parquet or .log (of Zeek); - for JSON lines on standard output; repeatable',
  },
  {
    name: 'write-to-console',
    letter: 'c',
    group: 'Output',
    help: 'payload goes to standard output, no connection files',
  },
  { name: 'no-write', group: 'Output', help: 'reassemble and report, write no file for any connection' },
  { name: 'force', group: 'Output', help: 'replace files that exist' },

  { name: 'json', letter: 'j', group: 'Contents', help: 'data chunks as JSON lines (and metadata as JSON)' },
  { name: 'chunks-header', letter: 'd', group: 'Contents', help: 'a header before every data chunk' },
  {
    name: 'hex',
    group: 'Contents',
    help: 'with -c: offset, hexadecimal digits and text, below a line for each change of connection or side',
  },
  {
    name: 'gaps',
    value: 'STYLE',
    group: 'Contents',
    help: 'for bytes the capture lost: marker (default), zeros or skip',
  },
  {
    name: 'max-bytes',
    value: 'N',
    group: 'Contents',
    help: 'keep only the first N payload bytes of each direction',
  },
  { name: 'utc', group: 'Contents', help: 'times in file names in UTC instead of the local zone' },

  {
    name: 'overlap',
    value: 'COPY',
    group: 'Reassembly',
    help: 'copy that wins when a retransmission differs: first (default) or last',
  },
  {
    name: 'tcp-timeout',
    value: 'S',
    group: 'Reassembly',
    help: 'idle seconds that end a TCP connection (default: 3600; 0: never)',
  },
  {
    name: 'udp-timeout',
    value: 'S',
    group: 'Reassembly',
    help: 'the same for UDP and other protocols (default: 300; 0: never)',
  },

  {
    name: 'workers',
    value: 'N',
    group: 'Resources',
    help: 'reassembly threads (default: one per processor)',
  },
  {
    name: 'memory',
    value: 'SIZE',
    group: 'Resources',
    help: 'ceiling for buffered stream data: 64M, 2G (default: 512M)',
  },
  {
    name: 'max-file-desc',
    letter: 'f',
    value: 'N',
    group: 'Resources',
    help: 'most output files open at one moment (default: 500)',
  },

  {
    name: 'summary',
    value: 'FILE',
    group: 'Report',
    help: "the run's totals as a JSON object; - for standard output",
  },
  {
    name: 'report',
    value: 'FILE',
    group: 'Report',
    help: 'one HTML page about the connections, with links to their files (pcap2conn report --help)',
  },
  {
    name: 'progress',
    value: 'WHEN',
    group: 'Report',
    help: 'progress on standard error: auto (default), always or never',
  },
  { name: 'quiet', letter: 'q', group: 'Report', help: 'only problems and errors on standard error' },
  {
    name: 'config',
    value: 'FILE',
    group: 'Report',
    help: 'take options from a JSON object with their long names; the command line wins',
  },
  { name: 'version', letter: 'v', group: 'Report', help: 'print the version and exit' },
  { name: 'help', letter: 'h', group: 'Report', help: 'print this help and exit' },
]

/** `-f/--max-file-desc`, or `--workers` where there is no short form. */
export function optionLabel(option: Pick<OptionRow, 'name' | 'letter'>): string {
  return option.letter === undefined ? `--${option.name}` : `-${option.letter}/--${option.name}`
}
