import { bytesText, countText } from '../figures.js'
import type { CaptureInspection, InspectedInterface, PacketGroup } from '../inspect/inspection.js'
import { printable } from './printable.js'

const COLUMNS = 100
const LABEL_COLUMNS = 17
const TEXT_COLUMNS = COLUMNS - LABEL_COLUMNS
/** Most characters shown of a string from a capture; the JSON has more. */
const MAX_TEXT = 300
/** Columns of a count and of an amount of bytes. */
const FIGURE_COLUMNS = 16
const NAME_COLUMNS = COLUMNS - 2 * FIGURE_COLUMNS
/** Most rows shown of a table, and most groups shown in a group. */
const MAX_ROWS = 40

const CLOCKS: ReadonlyMap<string, string> = new Map([
  ['10^-3', 'milliseconds'],
  ['10^-6', 'microseconds'],
  ['10^-9', 'nanoseconds'],
])

/** Formats the result for one capture, safe for a terminal. Only the path may exceed 100 columns. */
export function inspectionTable(capture: CaptureInspection): string {
  const { format, packets, packet_bytes: bytes } = capture
  const lines = [
    printable(capture.path),
    ...(format === null
      ? rows('format', 'no capture that can be read')
      : [
          ...rows('format', formatText(capture)),
          ...optional('written by', writerText(capture)),
          ...rows(
            'size',
            `${bytesText(capture.bytes)}${format.compression === null ? '' : `, ${format.compression}-compressed`}`,
          ),
          ...rows('packets', countText(packets.total)),
          ...counted('cut by snaplen', packets.cut),
          ...counted('back in time', packets.back_in_time),
          ...counted('dropped', packets.dropped),
          ...rows(
            'packet bytes',
            `${bytesText(bytes.captured)} captured, ${bytesText(bytes.on_the_wire)} on the wire`,
          ),
          ...optional('first packet', capture.first),
          ...optional('last packet', capture.last),
          ...optional('duration', capture.duration === null ? null : `${capture.duration} s`),
          ...optional('comments', commentsText(capture)),
          ...optional('secrets', secretsText(capture)),
          ...interfaceRows(capture),
        ]),
    ...optional('suggestion', capture.suggestion),
    ...optional('damage', damageText(capture)),
    ...groupTable('protocols', capture.protocols),
    ...groupTable('encapsulations', capture.encapsulations),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function rows(label: string, text: string): string[] {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
  return wrapped(printable(shown)).map((line, i) => `  ${i === 0 ? label : ''}`.padEnd(LABEL_COLUMNS) + line)
}

/** Wraps text to lines of at most `TEXT_COLUMNS`, at spaces if there are any. */
function wrapped(text: string): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > TEXT_COLUMNS) {
    const blank = rest.lastIndexOf(' ', TEXT_COLUMNS)
    const end = blank > TEXT_COLUMNS / 2 ? blank : TEXT_COLUMNS
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return [...lines, rest]
}

function optional(label: string, text: string | null): string[] {
  return text === null || text === '' ? [] : rows(label, text)
}

function counted(label: string, count: number): string[] {
  return count === 0 ? [] : rows(label, countText(count))
}

function formatText({ format }: CaptureInspection): string {
  if (format === null) return ''
  const variant = format.record_headers === 'standard' ? [] : [`${format.record_headers} record headers`]
  const sections = format.sections === 1 ? [] : [`${countText(format.sections)} sections`]
  return [
    `${format.name} ${format.version}`.trim(),
    format.byte_orders.join(' and '),
    ...variant,
    ...sections,
  ].join(', ')
}

function writerText({ format }: CaptureInspection): string {
  const parts = [format?.application, format?.os, format?.hardware]
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(', ')
}

function commentsText({ comments: { total, first } }: CaptureInspection): string {
  if (total === 0) return ''
  return `${countText(total)}, first: "${first[0] ?? ''}"`
}

/** Number and size of secrets. The secrets themselves are never shown. */
function secretsText({ secrets }: CaptureInspection): string {
  const shown = secrets.map(
    ({ type, blocks, bytes }) =>
      `${type}: ${blocks === 1 ? '1 block' : `${countText(blocks)} blocks`}, ${bytesText(bytes)}`,
  )
  return shown.join('; ')
}

function damageText({ damage, problems }: CaptureInspection): string {
  const holes = damage.holes === 1 ? '1 hole' : `${countText(damage.holes)} holes`
  return [
    ...(damage.lost_bytes > 0 ? [`${holes}, ${bytesText(damage.lost_bytes)} skipped`] : []),
    ...problems
      .filter(({ length }) => length === 0)
      .map(({ offset }) => `reading ended at byte ${countText(offset)}`),
  ].join('; ')
}

function interfaceRows({ interfaces, interface_count }: CaptureInspection): string[] {
  const shown = interfaces.slice(0, MAX_ROWS)
  const more = interface_count - shown.length
  return [
    ...shown.flatMap((one, i) => rows(`interface ${i}`, interfaceText(one))),
    ...(more > 0 ? rows('', `and ${countText(more)} more`) : []),
  ]
}

function interfaceText(one: InspectedInterface): string {
  return [
    one.link_type,
    CLOCKS.get(one.resolution) ?? `${one.resolution} s`,
    one.snaplen === 0 ? 'no snaplen' : `snaplen ${countText(one.snaplen)}`,
    ...(one.dropped === null ? [] : [`${countText(one.dropped)} dropped`]),
    ...(one.name === null ? [] : [one.name]),
    ...(one.description === null ? [] : [`"${one.description}"`]),
    ...(one.filter === null ? [] : [`filter "${one.filter}"`]),
  ].join(', ')
}

function groupTable(heading: string, groups: readonly PacketGroup[]): string[] {
  if (groups.length === 0) return []
  return ['', figures(`  ${heading}`, 'packets', 'on the wire'), ...groupRows(groups, 1)]
}

function groupRows(groups: readonly PacketGroup[], depth: number): string[] {
  const shown = groups.slice(0, MAX_ROWS)
  const rest = groups.slice(MAX_ROWS)
  const indent = '  '.repeat(depth)
  const sum = (of: (group: PacketGroup) => number) => rest.reduce((total, group) => total + of(group), 0)
  return [
    ...shown.flatMap(({ name, packets, bytes, groups: inside }) => [
      figures(indent + printable(name), countText(packets), bytesText(bytes)),
      ...groupRows(inside, depth + 1),
    ]),
    ...(rest.length === 0
      ? []
      : [
          figures(
            `${indent}${countText(rest.length)} more`,
            countText(sum((group) => group.packets)),
            bytesText(sum((group) => group.bytes)),
          ),
        ]),
  ]
}

function figures(name: string, packets: string, bytes: string): string {
  return (
    cut(name, NAME_COLUMNS).padEnd(NAME_COLUMNS) +
    packets.padStart(FIGURE_COLUMNS) +
    bytes.padStart(FIGURE_COLUMNS)
  )
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`
}
