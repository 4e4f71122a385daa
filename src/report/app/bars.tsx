import { useState } from 'preact/hooks'
import { bytesText, countText } from '../../figures.js'
import type { Bucket } from '../distribution.js'
import type { NamedCount, ProtocolTotals, RankedList } from '../report-data.js'
import { Breakable } from './cells.js'
import { countedText, visible } from './format.js'

/** A horizontal bar. Each part is [width in percent of the longest bar, name of a CSS colour variable]. */
function Bar({ parts }: { parts: readonly (readonly [number, string])[] }) {
  return (
    <td class="bar" aria-hidden="true">
      <div class="track">
        {parts.map(([percent, colour]) => (
          <i key={colour} style={{ width: `${percent}%`, background: `var(${colour})` }} />
        ))}
      </div>
    </td>
  )
}

interface RankingProps {
  readonly title: string
  readonly id: string
  readonly ranking: RankedList
  /** Column titles of the bytes sent and received. */
  readonly sent: string
  readonly received: string
}

/** A table of the 50 largest endpoints or ports, by bytes or by connections. */
export function RankingPanel({ title, id, ranking, sent, received }: RankingProps) {
  const [isByBytes, setByBytes] = useState(true)
  const weight = isByBytes
    ? (entry: RankedList['list'][number]) => entry.sent + entry.received
    : (entry: RankedList['list'][number]) => entry.connections
  const sorted = [...ranking.list].sort((a, b) => weight(b) - weight(a)).slice(0, 50)
  const longest = Math.max(1, ...sorted.map(weight))
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="head">
        <h2 id={id}>{title}</h2>
        <button type="button" aria-pressed={isByBytes} onClick={() => setByBytes(true)}>
          by bytes
        </button>
        <button type="button" aria-pressed={!isByBytes} onClick={() => setByBytes(false)}>
          by connections
        </button>
      </div>
      <div
        class="scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
      >
        <table class="bars" id={`${id}-table`}>
          <thead>
            <tr>
              <th scope="col">
                {ranking.isExact ? '' : 'at most '}
                {countText(ranking.keys)} in all
              </th>
              <td />
              <th scope="col">{sent}</th>
              <th scope="col">{received}</th>
              <th scope="col">connections</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((entry) => (
              <tr key={entry.key}>
                <td class="mono" title={visible(entry.key)}>
                  <Breakable text={visible(entry.key)} />
                </td>
                <Bar
                  parts={
                    isByBytes
                      ? [
                          [(entry.sent / longest) * 100, '--c0'],
                          [(entry.received / longest) * 100, '--c1'],
                        ]
                      : [[(entry.connections / longest) * 100, '--c2']]
                  }
                />
                <td>{bytesText(entry.sent)}</td>
                <td>{bytesText(entry.received)}</td>
                <td>{countText(entry.connections)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!ranking.isExact && (
        <p class="dim" data-inexact={id}>
          Too many to count each one: these figures are lower bounds. They may be too low by up to{' '}
          {bytesText(ranking.possiblyMissingBytes)} and{' '}
          {countedText(ranking.possiblyMissingConnections, 'connection')}.
        </p>
      )}
    </section>
  )
}

/** Protocols with their bytes and connections. */
export function ProtocolPanel({ protocols }: { protocols: readonly ProtocolTotals[] }) {
  const longest = Math.max(1, ...protocols.map(({ bytes }) => bytes))
  return (
    <section class="panel" aria-labelledby="protocols">
      <h2 id="protocols">Protocols</h2>
      <table class="bars">
        <thead>
          <tr>
            <th scope="col">protocol</th>
            <td />
            <th scope="col">payload</th>
            <th scope="col">packets</th>
            <th scope="col">connections</th>
          </tr>
        </thead>
        <tbody>
          {protocols.map(({ name, bytes, packets, connections }, i) => (
            <tr key={name} data-protocol={name}>
              <td class="mono">{visible(name)}</td>
              <Bar parts={[[(bytes / longest) * 100, `--c${Math.min(i, 7)}`]]} />
              <td>{bytesText(bytes)}</td>
              <td>{countText(packets)}</td>
              <td>{countText(connections)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface NamedProps {
  readonly title: string
  readonly counts: readonly NamedCount[]
  readonly explain?: (name: string) => string | undefined
}

/** A table of names with their counts. */
export function NamedCounts({ title, counts, explain }: NamedProps) {
  const longest = Math.max(1, ...counts.map(({ count }) => count))
  return (
    <table class="bars">
      <caption class="sr-only">{title}</caption>
      <tbody>
        {counts.map(({ name, count }) => (
          <tr key={name}>
            <td title={explain?.(name) ?? visible(name)}>
              <span class="mono">{visible(name)}</span> <span class="dim">{explain?.(name)}</span>
            </td>
            <Bar parts={[[(count / longest) * 100, '--c0']]} />
            <td>{countText(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface HistogramProps {
  readonly title: string
  readonly buckets: readonly Bucket[]
  readonly valueText: (value: number) => string
}

/** A histogram: the number of connections in each range of values. */
export function Histogram({ title, buckets, valueText }: HistogramProps) {
  const highest = Math.max(1, ...buckets.map(({ count }) => count))
  const rangeText = ({ from, to }: Bucket) =>
    to === 0 ? valueText(0) : `${valueText(from)} to ${valueText(to)}`
  const textOf = (bucket: Bucket) => `${rangeText(bucket)}: ${countedText(bucket.count, 'connection')}`
  return (
    <>
      <h3>{title}</h3>
      <div class="histogram" role="img" aria-label={`${title}. ${buckets.map(textOf).join('; ')}`}>
        {buckets.map((bucket) => (
          <div
            key={bucket.from}
            class="column"
            title={textOf(bucket)}
            data-count={bucket.count}
            style={{ height: `${bucket.count === 0 ? 0 : Math.max(1, (bucket.count / highest) * 100)}%` }}
          />
        ))}
      </div>
      <div class="histogram-labels" aria-hidden="true">
        {labelled(buckets).map((bucket) => (
          <span key={bucket.from}>{valueText(bucket.from)}</span>
        ))}
      </div>
    </>
  )
}

// The first, the middle and the last bucket.
function labelled(buckets: readonly Bucket[]): Bucket[] {
  const places = new Set([0, buckets.length >> 1, buckets.length - 1])
  return buckets.filter((_, i) => places.has(i))
}
