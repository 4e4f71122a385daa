import { bytesText, countText } from '../figures.js'
import type { InputProblem, LiveSummary, SkippedInputs, SkipReason, Summary } from '../summary.js'
import { isBalanced, isPayloadBalanced } from '../summary.js'
import { printable } from './printable.js'

const MAX_PROBLEMS = 20
const LABEL_COLUMNS = 13

/**
 * The short summary for people at the end of a run: lines `label text`, safe for a terminal. Empty where every input
 * failed and nothing was read: the problems say it all.
 */
export function reportLines(summary: Summary): string[] {
  const wasNothingRead =
    summary.packets.read === 0 && summary.inputs.every(({ status }) => status === 'failed')
  if (wasNothingRead && problemLines(summary).length > 0) return []
  const { bytes, packets } = summary
  const counts = Object.entries(packets).filter(
    ([fate, count]) => fate !== 'read' && (fate !== 'other_shard' || count > 0),
  )
  const fates = counts.map(([fate, count]) => `${countText(count)} ${FATE_WORDS[fate] ?? fate}`)
  const earlier = summary.inputs.reduce(
    (sum, input) => sum + (input.status === 'skipped' ? input.packets : 0),
    0,
  )
  const perSec = (packets.read - earlier) / summary.seconds
  const rate = summary.seconds > 0 ? `, ${countText(perSec)} packets/s` : ''
  return [
    line('inputs', inputsText(summary)),
    ...skippedLines(summary.skipped),
    line('packets', `${countText(packets.read)} = ${fates.join(' + ')}`),
    line('connections', connectionsText(summary)),
    line(
      'bytes',
      `${bytesText(bytes.captured)} captured, ${bytesText(bytes.payload)} payload, ` +
        `${bytesText(bytes.written)} written to ${countText(summary.files)} ${noun(summary.files, 'file')}`,
    ),
    line(
      'gaps',
      `${countText(summary.gaps)} (${bytesText(bytes.missing)} missing); ${bytesText(bytes.retransmitted)} retransmitted, ` +
        `${countText(summary.overlap_conflicts)} ${noun(summary.overlap_conflicts, 'conflict')}`,
    ),
    ...outsideLine(summary),
    ...damageLine(summary),
    ...countsLine('also seen', summary.details),
    ...countsLine('limits hit', summary.limits),
    line(
      'time',
      `${summary.seconds.toFixed(2)} s${rate}, ${summary.workers} ${noun(summary.workers, 'worker')}`,
    ),
  ]
}

function outsideLine({ bytes }: Summary): string[] {
  if (bytes.outside === 0) return []
  const kinds = Object.entries(bytes.outside_by_kind).filter(([, count]) => count > 0)
  const texts = kinds.map(([kind, count]) => `${kind} ${countText(count)}`)
  return [
    line('outside', `${bytesText(bytes.outside)} captured that are no part of a stream: ${texts.join(', ')}`),
  ]
}

/** What went wrong: a line for each problem of an input (the first 20), each unknown link type and each warning (the same) and each error. */
export function problemLines(summary: Summary): string[] {
  const problems = summary.inputs.flatMap(({ path, status, problems }) =>
    problems.length === 0 && status === 'failed'
      ? [`"${path}": ${status}`]
      : problems.map((p) => problemText(path, p)),
  )
  const linkTypes = Object.entries(summary.unknown_link_types).map(
    ([linkType, packets]) =>
      `Cannot decode link type ${linkType}: ${countText(packets)} ${noun(packets, 'packet')} taken as not IP`,
  )
  return [
    ...firstLines('problem', problems),
    ...firstLines('problem', linkTypes),
    ...firstLines('warning', summary.warnings),
    ...summary.errors.map((text) => line('error', text)),
    ...(isBalanced(summary.packets)
      ? []
      : [line('error', 'Packets do not balance: some have no fate or two')]),
    ...(isPayloadBalanced(summary)
      ? []
      : [line('error', 'Payload bytes do not balance: some are not accounted for, or twice')]),
  ]
}

function firstLines(label: string, problems: readonly string[]): string[] {
  const more = problems.length - MAX_PROBLEMS
  return [
    ...problems.slice(0, MAX_PROBLEMS).map((text) => line(label, text)),
    ...(more > 0 ? [line(label, `and ${countText(more)} more (--summary FILE lists all)`)] : []),
  ]
}

/** What was wrong with one input, as a line of {@link problemLines}. */
export function problemLine(path: string, problem: InputProblem): string {
  return line('problem', problemText(path, problem))
}

const FATE_WORDS: Readonly<Record<string, string>> = {
  filtered: 'filtered out',
  not_ip: 'not IP',
  malformed: 'malformed',
  fragments: 'fragments',
  duplicates: 'duplicates',
  other_shard: 'of other parts',
  delivered: 'delivered',
}

function problemText(path: string, problem: Pick<InputProblem, 'offset' | 'message'>): string {
  return problem.message.includes(path)
    ? problem.message
    : `"${path}" at byte ${problem.offset}: ${problem.message}`
}

function inputsText({ inputs }: Summary): string {
  const live = inputs[0]?.live
  if (live !== undefined) return liveText(live)
  const count = (status: string) => inputs.filter((input) => input.status === status).length
  const partial = count('partial')
  const failed = count('failed')
  const skipped = count('skipped')
  const read = inputs.length - failed - skipped - count('no_capture')
  const dropped = inputs.reduce((sum, input) => sum + input.dropped, 0)
  return [
    `${countText(read)} ${noun(read, 'file')} read`,
    ...(skipped > 0 ? [`${countText(skipped)} skipped (converted before)`] : []),
    ...(partial > 0 ? [`${countText(partial)} of them only in part`] : []),
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
    ...(dropped > 0 ? [`${countText(dropped)} packets dropped while capturing`] : []),
  ].join(', ')
}

const SKIPPED_WORDS: readonly (readonly [SkipReason, one: string, several: string])[] = [
  ['hidden', 'hidden', 'hidden'],
  ['not_capture', 'no capture', 'no captures'],
  ['folder_link', 'link to a folder', 'links to folders'],
  ['own_results', 'with results of pcap2conn', 'with results of pcap2conn'],
  ['same_file', 'read by another name', 'read by other names'],
]

/** A line about files found that are not read, or no line. */
export function skippedLines(skipped: SkippedInputs): string[] {
  const parts = SKIPPED_WORDS.filter(([reason]) => skipped[reason] > 0).map(
    ([reason, one, several]) => `${countText(skipped[reason])} ${skipped[reason] === 1 ? one : several}`,
  )
  const same = skipped.first.find(({ reason }) => reason === 'same_file')
  const example = same === undefined ? '' : ` ("${same.path}" is "${same.same_as}")`
  return parts.length === 0 ? [] : [line('not read', parts.join(', ') + example)]
}

function liveText(live: LiveSummary): string {
  const how = `captured on ${live.interface} by ${live.backend}`
  if (live.received === null) return `${how}, times of receipt, packets lost are not counted`
  const lost = (live.dropped ?? 0) + (live.dropped_by_interface ?? 0)
  return `${how}, ${countText(live.received)} packets received, ${countText(lost)} dropped`
}

function connectionsText({ connections: { total, ...byProtocol } }: Summary): string {
  const parts = Object.entries(byProtocol)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([protocol, count]) => `${countText(count)} ${protocol}`)
  return parts.length === 0 ? countText(total) : `${countText(total)} = ${parts.join(' + ')}`
}

function damageLine({ damage: { holes, lost_bytes } }: Summary): string[] {
  if (lost_bytes === 0) return []
  return [line('damage', `${countText(holes)} ${noun(holes, 'hole')}, ${bytesText(lost_bytes)} skipped`)]
}

function countsLine(label: string, counts: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${countText(count)}`)
  return parts.length === 0 ? [] : [line(label, parts.join(', '))]
}

function line(label: string, text: string): string {
  return label.padEnd(LABEL_COLUMNS) + printable(text)
}

function noun(count: number, one: string): string {
  return count === 1 ? one : `${one}s`
}
