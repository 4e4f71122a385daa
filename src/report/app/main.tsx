import { render } from 'preact'
import { useState } from 'preact/hooks'
import { bytesText, countText } from '../../figures.js'
import type { ReportData, Totals } from '../report-data.js'
import { Histogram, NamedCounts, ProtocolPanel, RankingPanel } from './bars.js'
import { Breakable } from './cells.js'
import { closeMeaning, stateMeaning } from './conn-states.js'
import { ConnectionsPanel } from './connections.js'
import { countedText, durationText, pluralOf, timeText, visible } from './format.js'
import { HealthPanel } from './health.js'
import { ThemeButton } from './theme-button.js'
import { TimelineChart, type TimeRange } from './timeline.js'

function Report({ title, data }: { title: string; data: ReportData }) {
  const [range, setRange] = useState<TimeRange | null>(null)
  const { totals } = data
  return (
    <>
      <header class="page">
        <div>
          <h1>{visible(title)}</h1>
          <span class="dim">
            {timeSpan(totals)}; from {visible(data.source)}, by pcap2conn {visible(data.version)}
          </span>
        </div>
        <ThemeButton />
      </header>
      <Tiles totals={totals} />
      {totals.connections > 0 && (
        <>
          <TimelineChart timeline={data.timeline} range={range} onRange={setRange} />
          <div class="columns">
            <ProtocolPanel protocols={data.protocols} />
            <section class="panel" aria-labelledby="distributions">
              <h2 id="distributions">Sizes and durations of connections</h2>
              <Histogram title="Payload" buckets={data.sizes} valueText={bytesText} />
              <Histogram title="Duration" buckets={data.durations} valueText={durationText} />
            </section>
            <RankingPanel
              id="endpoints"
              title="Endpoints"
              ranking={data.endpoints}
              sent="sent"
              received="received"
            />
            <RankingPanel
              id="ports"
              title="Ports of responders"
              ranking={data.ports}
              sent="requested"
              received="answered"
            />
            {data.names.keys > 0 && (
              <RankingPanel
                id="names"
                title="Server names"
                ranking={data.names}
                sent="requested"
                received="answered"
              />
            )}
            <section class="panel" aria-labelledby="states">
              <h2 id="states">States</h2>
              <NamedCounts title="States" counts={data.states} explain={stateMeaning} />
              <h3>Ended by</h3>
              <NamedCounts title="Ended by" counts={data.closeReasons} explain={closeMeaning} />
              {data.tunnels.length > 0 && (
                <>
                  <h3>Inside tunnels</h3>
                  <NamedCounts title="Tunnels" counts={data.tunnels} />
                </>
              )}
            </section>
            <HealthPanel health={data.health} />
          </div>
        </>
      )}
      {totals.connections === 0 && <HealthPanel health={data.health} />}
      <ConnectionsPanel data={data} range={range} />
    </>
  )
}

function Tiles({ totals }: { totals: Totals }) {
  const missingShare = totals.missedBytes / Math.max(1, totals.bytes + totals.missedBytes)
  return (
    <div class="tiles">
      <Tile
        name="connections"
        value={totals.connections}
        text={countText(totals.connections)}
        words={pluralOf(totals.connections, 'connection')}
      />
      <Tile
        name="packets"
        value={totals.packets}
        text={countText(totals.packets)}
        words={pluralOf(totals.packets, 'packet')}
      />
      <Tile name="bytes" value={totals.bytes} text={bytesText(totals.bytes)} words="payload" />
      <Tile
        name="missedBytes"
        value={totals.missedBytes}
        text={bytesText(totals.missedBytes)}
        words={`missing (${percentText(missingShare)}), in ${countedText(totals.withGaps, 'connection')}`}
        isWarning
      />
      <Tile
        name="retransBytes"
        value={totals.retransBytes}
        text={bytesText(totals.retransBytes)}
        words="sent again"
      />
      <Tile
        name="conflicts"
        value={totals.conflicts}
        text={bytesText(totals.conflicts)}
        words={`sent again with other content, in ${countedText(totals.withConflicts, 'connection')}`}
        isWarning
      />
      <Tile
        name="outsideBytes"
        value={totals.outsideBytes}
        text={bytesText(totals.outsideBytes)}
        words={`captured and no part of a stream, of ${bytesText(totals.capturedBytes)}`}
        isWarning
      />
      <Tile
        name="copies"
        value={totals.copies}
        text={countText(totals.copies)}
        words={`${pluralOf(totals.copies, 'packet')} captured twice, left out`}
      />
      <Tile
        name="withoutPayload"
        value={totals.withoutPayload}
        text={countText(totals.withoutPayload)}
        words={`${pluralOf(totals.withoutPayload, 'connection')} without payload`}
      />
    </div>
  )
}

interface TileProps {
  readonly name: string
  readonly value: number
  readonly text: string
  readonly words: string
  readonly isWarning?: boolean
}

function Tile({ name, value, text, words, isWarning }: TileProps) {
  return (
    <div class={isWarning && value > 0 ? 'tile warn' : 'tile'} data-total={name} data-value={value}>
      <b>
        <Breakable text={text} />
      </b>
      <span class="dim">{words}</span>
    </div>
  )
}

function timeSpan({ firstTime, lastTime }: Totals): string {
  if (firstTime === null || lastTime === null) return 'No connections'
  return `${timeText(firstTime)} to ${timeText(lastTime)} UTC (${durationText(lastTime - firstTime)})`
}

function percentText(share: number): string {
  return share === 0 ? '0 %' : share < 0.0001 ? 'below 0.01 %' : `${(share * 100).toFixed(2)} %`
}

const root = document.getElementById('app')!
const json = document.getElementById('data')!.textContent!
root.textContent = ''
render(<Report title={root.dataset.title ?? ''} data={JSON.parse(json) as ReportData} />, root)
