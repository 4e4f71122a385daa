import { openArchive } from '../archive/archive.js'
import { connectionNotes } from '../archive/cut-short.js'
import type { Explained, Frame } from '../archive/explained.js'
import { becameOf, flagLetters, frameTime, OF_DATAGRAM } from '../archive/explained-words.js'
import { InputPaths, inputsOf, wantedOf } from '../archive/picks.js'
import { integerOf, pathOf } from '../config/option-values.js'
import { ConfigError, InputError } from '../errors.js'
import { ROOT_OPTION } from './archive-options.js'
import { isUid } from './asked-uids.js'
import { ExitCode, exitCodeOf } from './exit-codes.js'
import { commandHelp } from './help.js'
import type { OptionRow } from './option-table.js'
import { parseOptions } from './parse-options.js'
import { printable } from './printable.js'
import { problemLines } from './run-lines.js'
import { alarming, type Terminal } from './terminal.js'

/** The first argument that asks for the packets of a connection. */
export const EXPLAIN = 'explain'

/** Options of `explain`, in the order of its help. */
export const EXPLAIN_OPTIONS: readonly OptionRow[] = [
  { name: 'side', value: 'N', offer: ['0', '1'], help: 'only packets of this side: 0, the originator, or 1' },
  {
    name: 'offset',
    value: 'N',
    help: 'only packets that hold byte N of the stream, or by which it was delivered or given up (with --side; default: 0)',
  },
  ROOT_OPTION,
  { name: 'help', letter: 'h', help: 'print this help and exit' },
]

const HEAD = `pcap2conn explain: the packets of a connection, and what became of their bytes

Usage: pcap2conn explain ARCHIVE UID [options]

A line for each packet: time, side, TCP flags and numbers, where its payload stands in the stream, what became of
which bytes (delivered, held, repeated, conflicting, outside, gap, duplicate), capture, number of its frame there
(frame.number in Wireshark), and offset of its record. ICMP errors that quote it and fragments have lines, too.
`

const EXAMPLES = `Examples:
  pcap2conn explain archive CHhAvVGS1DHFjwGM9S
  pcap2conn explain archive CHhAvVGS1DHFjwGM9S --side 1 --offset 14600

Exit codes: 0 done, 1 the connection is not there, or its captures are missing or changed, 2 bad usage`

/**
 * Shows the packets of the connection that the arguments name.
 *
 * @param args The arguments after `explain`.
 * @returns The exit code.
 * @throws ConfigError, InputError
 */
export async function explain(args: readonly string[], { stdout, stderr }: Terminal): Promise<number> {
  const { values, plain } = await parseOptions(args, EXPLAIN_OPTIONS, EXPLAIN)
  if (values.help === true) {
    stdout.write(`${[HEAD, commandHelp(EXPLAIN_OPTIONS), '', EXAMPLES].join('\n')}\n`)
    return ExitCode.OK
  }
  const [folder, uid, other] = plain
  if (folder === undefined || uid === undefined)
    throw new ConfigError('No connection: name an archive and a uid of its index')
  if (other !== undefined || !isUid(uid))
    throw new ConfigError(`Cannot use ${printable(other ?? uid)}: one connection is explained, by its uid`)
  const side = values.side === undefined ? null : integerOf('--side', values.side, 0, 0, 1)
  const offset =
    values.offset === undefined ? null : integerOf('--offset', values.offset, 0, 0, Number.MAX_SAFE_INTEGER)
  const archive = openArchive(pathOf('ARCHIVE', folder))
  try {
    const wanted = wantedOf(archive, uid)
    if (wanted === null) throw new InputError(`No connection ${uid} in "${archive.folder}"`, archive.folder)
    const paths = new InputPaths(archive, values.root === undefined ? null : pathOf('--root', values.root))
    for (const input of inputsOf(wanted)) {
      const problem = paths.problemOf(input)
      if (problem !== null) throw new InputError(problem, archive.folder)
    }
    const isShown = (packet: Explained) => concerns(packet, offset === null ? side : (side ?? 0), offset)
    stdout.write('time\tside\tflags\tseq\tack\tbytes\toffset\tbecame\tcapture\tnumber\tat\n')
    const captureOf = ({ input }: Frame) => printable(paths.found.get(input) ?? '')
    const { explainConnection } = await import('../archive/explained.js')
    const summary = await explainConnection(archive, paths.found, wanted, (packet) => {
      if (isShown(packet)) for (const text of lines(packet, captureOf)) stdout.write(`${text}\n`)
    })
    for (const text of connectionNotes([wanted])) stderr.write(`${text}\n`)
    for (const text of problemLines(summary)) stderr.write(`${alarming(text, stderr)}\n`)
    return exitCodeOf(summary)
  } finally {
    archive.map.close()
  }
}

function concerns(packet: Explained, side: number | null, offset: number | null): boolean {
  if (side === null) return true
  const holds = (from: number | null, bytes: number) =>
    offset === null || (from !== null && from <= offset && offset < from + bytes)
  if (offset === null) return packet.side === side
  if (packet.side === side && holds(packet.offset, packet.payloadBytes)) return true
  return packet.fates.some((range) => range.side === side && holds(range.offset, range.bytes))
}

function lines(packet: Explained, captureOf: (frame: Frame) => string): string[] {
  const { side, isTcp, seq, ack, payloadBytes, offset, fragments } = packet
  const row = (frame: Frame, cells: readonly (string | number)[]) =>
    [frameTime(frame), side, ...cells, captureOf(frame), frame.number ?? '-', frame.position].join('\t')
  return [
    ...fragments.map((frame) => row(frame, ['-', '-', '-', '-', '-', OF_DATAGRAM])),
    row(packet, [
      isTcp ? flagLetters(packet) : '-',
      isTcp ? seq : '-',
      isTcp ? ack : '-',
      payloadBytes,
      payloadBytes > 0 ? (offset ?? '-') : '-',
      becameOf(packet) || '-',
    ]),
  ]
}
