// Formats that are not read: what they are called, and how to convert them.

const EDITCAP = '"editcap -F pcap IN OUT" converts them'
const TEXT2PCAP = '"text2pcap" makes a capture of it'

/** Length of the signature that distinguishes a bzip2 file from a text that begins with `BZh`. */
const BZIP2_MAGIC_BYTES = 10
const BZIP2 = 'bzip2'
// Signatures of compressed files, as Latin-1 text. The first match counts.
const COMPRESSIONS: readonly (readonly [string, string])[] = [
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\xfd7zXZ\x00', 'xz'],
  ['BZh', BZIP2],
  ['\x04\x22\x4d\x18', 'lz4'],
  ['\x1f\x8b', 'gzip'],
  ['\x1f\x9d', 'compress'],
]
const ARCHIVES: readonly (readonly [magic: string, name: string, command: string])[] = [
  ['PK\x03\x04', 'zip', 'unzip -p IN | pcap2conn -'],
  ['7z\xbc\xaf\x27\x1c', '7z', '7z x -so IN | pcap2conn -'],
  ['Rar!', 'RAR', 'unrar p -inul IN | pcap2conn -'],
]
const CAPTURES: readonly (readonly [magic: string, name: string])[] = [
  ['btsnoop\x00', 'btsnoop'],
  ['TRSNIFF data', 'Sniffer'],
  ['XCP\x00', 'NetXray'],
  ['\x05VNF', 'Visual Networks'],
  ['ObserverPktBuffe', 'Observer'],
  ['\x01\x10\x4c\x00\x01\x05', 'LANalyzer'],
  ['\x07\x10\x4c\x00\x01\x05', 'LANalyzer'],
  ['TR\x00d\x00', 'HP-UX nettl'],
  ['\x54\x52\x00\x64\x00', 'HP-UX nettl'],
  ['\x00\x00\x02\x00\x12\x05\x00\x10', 'K12xx'],
  ['\x7fver', 'Peek'],
  ['EyeSDN', 'EyeSDN'],
  ['+---------+---------------+----------+', 'K12 text'],
]
const UNREADABLE_PCAPS: readonly (readonly [magic: string, name: string])[] = [
  ['\xa1\xb2\x34\xcd', 'modified pcap (0xa1b234cd)'],
  ['\xcd\x34\xb2\xa1', 'modified pcap (0xa1b234cd)'],
  ['\xa1\x2b\x3c\x4d', 'Navtel pcap (0xa12b3c4d)'],
  ['\x4d\x3c\x2b\xa1', 'Navtel pcap (0xa12b3c4d)'],
]
// What a text begins with that was made of packets.
const TEXTS: readonly (readonly [start: RegExp, name: string, command: string])[] = [
  [
    /^(?:[\d-]+ )?\d\d:\d\d:\d\d\.\d{6} (?:[\w.-]+ +(?:In|Out|B|M|P) +)?(?:IP6?|ARP|[\da-f]{2}:[\da-f]{2}:)[ ,\da-f]/,
    'the output of tcpdump',
    `capture with "tcpdump -w FILE", or if it has hex dumps: ${TEXT2PCAP}`,
  ],
  [
    /^(?:interfaces=\[|\d+\.\d{6} (?:\S+ (?:in|out|--) |[\d.]+\.\d+ -> ))/,
    "the text of FortiGate's sniffer",
    'fgt2eth.pl makes a capture of it, if its verbosity was 3 or 6',
  ],
  [/^\s*(?:0x)?0000(?:0{0,4})?:?\s+(?:[\da-f]{2,4}[ |]\s*){4}/i, 'a hex dump', TEXT2PCAP],
]

/** Content that is known, but not read. */
export interface ForeignContent {
  /** Completes the sentence `Cannot read "a.pcap" at byte 0: `. */
  readonly problem: string
  /** It may be any text. */
  readonly isText: boolean
}

/**
 * Names what a file is that is no capture of a format that is read.
 *
 * @param start The first bytes as Latin-1 text.
 * @returns Null when nothing is known of it.
 */
export function describeForeign(start: string): ForeignContent | null {
  const compression = COMPRESSIONS.find(([magic]) => start.startsWith(magic))
  if (compression?.[1] === BZIP2 && start.length < BZIP2_MAGIC_BYTES)
    return content(`bzip2-compressed content ends after ${start.length} bytes, within its header`)
  if (compression !== undefined)
    return content(`the content is ${compression[1]}-compressed, which is not supported here`)
  const archive = ARCHIVES.find(([magic]) => start.startsWith(magic))
  if (archive !== undefined)
    return content(`the content is a ${archive[1]} archive: extract the captures first, or "${archive[2]}"`)
  const capture = CAPTURES.find(([magic]) => start.startsWith(magic))
  if (capture !== undefined)
    return content(`captures of the format ${capture[1]} are not supported: ${EDITCAP}`)
  const pcap = UNREADABLE_PCAPS.find(([magic]) => start.startsWith(magic))
  if (pcap !== undefined) return content(`captures of the format ${pcap[1]} are not supported`)
  if (isEtl(start))
    return content('the content looks like a Windows event trace (ETL): "etl2pcapng IN OUT" converts it')
  const text = TEXTS.find(([pattern]) => pattern.test(start))
  if (text !== undefined) return { problem: `the content is ${text[1]}: ${text[2]}`, isText: true }
  return null
}

function content(problem: string): ForeignContent {
  return { problem, isText: false }
}

const ETL_HEADER_BYTES = 0x48
const ETL_MOST_BUFFER_BYTES = 1024 * 1024

/** Begins with a buffer of whole KiB (WMI_BUFFER_HEADER), and how much of it is filled. */
function isEtl(start: string): boolean {
  if (start.length < 16) return false
  const bufferBytes = u32(start, 0)
  const filledBytes = u32(start, 4)
  const isBuffer = bufferBytes >= 4096 && bufferBytes % 1024 === 0 && bufferBytes <= ETL_MOST_BUFFER_BYTES
  return isBuffer && filledBytes > ETL_HEADER_BYTES && filledBytes <= bufferBytes && filledBytes % 8 === 0
}

function u32(text: string, at: number): number {
  let value = 0
  for (let byte = 3; byte >= 0; byte--) value = value * 256 + text.charCodeAt(at + byte)
  return value
}
