import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { bytesText, countText } from '../../figures.js'
import type { Timeline } from '../report-data.js'
import { countedText, durationText, timeText, visible } from './format.js'
import { onThemeChange, themeColour } from './theme-button.js'

/** A time range in seconds since 1970. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

type Metric = 'bytes' | 'connections' | 'missedBytes'

const METRICS: readonly (readonly [Metric, string])[] = [
  ['bytes', 'Payload'],
  ['connections', 'New connections'],
  ['missedBytes', 'Missing'],
]
const CHART_PIXELS = 260
/** Possible tick steps on an axis of bytes. */
const BINARY_STEPS = Array.from({ length: 60 }, (_, power) => 2 ** power)

interface Props {
  readonly timeline: Timeline
  /** The selected time range; null for the whole timeline. */
  readonly range: TimeRange | null
  readonly onRange: (range: TimeRange | null) => void
}

/** Stacked chart of traffic over time, a layer per protocol. Dragging or keys select a time range. */
export function TimelineChart({ timeline, range, onRange }: Props) {
  const [metric, setMetric] = useState<Metric>('bytes')
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [cursor, setCursor] = useState<number | null>(null)
  const holder = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const { series, width } = timeline
  const bins = series[0]?.bytes.length ?? 0
  const whole = { from: timeline.from, to: timeline.from + bins * width }
  const shown = range ?? whole
  const data = useMemo(() => layers(timeline, metric, hidden), [timeline, metric, hidden])
  const isRate = metric !== 'connections'
  const perBin = (amount: number) => (isRate ? `${bytesText(amount)}/s` : countText(amount))

  useEffect(() => {
    const element = holder.current!
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: CHART_PIXELS,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1e3), 'Etc/UTC'),
        legend: { show: false },
        cursor: { y: false, drag: { x: true, y: false, setScale: false } },
        select: { show: true, left: 0, top: 0, width: 0, height: 0 },
        scales: { x: { time: true }, y: { range: (_, _min, max) => [0, max > 0 ? max * 1.05 : 1] } },
        axes: [
          axis({
            space: 90,
            values: (_, ticks, _axis, _space, step) => ticks.map((tick) => tickText(tick, step)),
          }),
          axis({
            size: 80,
            values: (_, ticks) => ticks.map(perBin),
            ...(isRate ? { incrs: BINARY_STEPS } : {}),
          }),
        ],
        series: [
          {},
          ...series.map((_, layer) => ({
            label: `${layer}`,
            width: 0,
            fill: () => themeColour(`--c${colourOf(layer)}`),
            stroke: () => themeColour(`--c${colourOf(layer)}`),
            points: { show: false },
            paths: uPlot.paths.stepped!({ align: 1 }),
          })),
        ],
        hooks: {
          setCursor: [({ cursor: { idx } }) => setCursor(idx ?? null)],
          setSelect: [
            (self) => {
              const { left, width: pixels } = self.select
              if (pixels < 3) return
              onRange({ from: self.posToVal(left, 'x'), to: self.posToVal(left + pixels, 'x') })
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            },
          ],
        },
      },
      data,
      element,
    )
    chart.setScale('x', { min: shown.from, max: shown.to })
    plot.current = chart
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height: CHART_PIXELS })
    })
    observer.observe(element)
    const forget = onThemeChange(() => chart.redraw(false))
    return () => {
      forget()
      observer.disconnect()
      chart.destroy()
    }
    // The effect below sets the range shown without making a new chart.
  }, [data])
  useEffect(() => plot.current?.setScale('x', { min: shown.from, max: shown.to }), [shown.from, shown.to])

  const move = (from: number, to: number) => {
    const length = Math.min(to - from, whole.to - whole.from)
    const begin = Math.max(whole.from, Math.min(from, whole.to - length))
    onRange(length >= whole.to - whole.from ? null : { from: begin, to: begin + length })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const length = shown.to - shown.from
    const middle = (shown.from + shown.to) / 2
    if (event.key === 'ArrowLeft') move(shown.from - length / 4, shown.to - length / 4)
    else if (event.key === 'ArrowRight') move(shown.from + length / 4, shown.to + length / 4)
    else if (event.key === '+')
      move(middle - Math.max(length / 4, width), middle + Math.max(length / 4, width))
    else if (event.key === '-') move(middle - length, middle + length)
    else if (event.key === 'Escape') onRange(null)
    else return
    event.preventDefault()
  }

  const bin = cursor !== null && cursor < bins ? cursor : null
  return (
    <section class="panel" aria-labelledby="timeline-title">
      <div class="head">
        <h2 id="timeline-title">Traffic over time</h2>
        {METRICS.map(([name, title]) => (
          <button key={name} type="button" aria-pressed={metric === name} onClick={() => setMetric(name)}>
            {title}
          </button>
        ))}
        <button type="button" disabled={range === null} onClick={() => onRange(null)}>
          Whole time
        </button>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a painted chart with keys is no form */}
      <div
        class="chart"
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
        tabIndex={0}
        aria-label="Chart of traffic over time. Arrow keys move, plus and minus zoom, Escape shows the whole time."
        ref={holder}
        onKeyDown={onKeyDown}
      />
      <div class="legend">
        {series.map(({ protocol, ...amounts }, layer) => (
          <button
            key={protocol}
            type="button"
            aria-pressed={!hidden.has(protocol)}
            onClick={() => setHidden(toggled(hidden, protocol))}
          >
            <span class="swatch" style={{ background: `var(--c${colourOf(layer)})` }} />
            {visible(protocol)}
            {bin === null ? '' : ` ${perBin((amounts[metric][bin] ?? 0) / (isRate ? width : 1))}`}
          </button>
        ))}
        <span class="dim">
          {bin === null
            ? `steps of ${durationText(width)}; drag over a part to look at it`
            : `${timeText(timeline.from + bin * width, width < 1 ? 3 : 0)} UTC`}
        </span>
      </div>
      <RangeText timeline={timeline} range={range} />
    </section>
  )
}

/** Totals of the selected range, to the precision of the bins. */
function RangeText({ timeline, range }: { timeline: Timeline; range: TimeRange | null }) {
  if (range === null) return null
  const { from, width, series } = timeline
  const first = Math.max(0, Math.floor((range.from - from) / width))
  const last = Math.ceil((range.to - from) / width)
  const sum = (metric: Metric) =>
    series.reduce((total, amounts) => {
      return total + amounts[metric].slice(first, last).reduce((a, b) => a + b, 0)
    }, 0)
  return (
    <p data-range={`${range.from} ${range.to}`}>
      <b>
        {timeText(range.from, 3)} to {timeText(range.to, 3)} UTC
      </b>{' '}
      ({durationText(range.to - range.from)}): {bytesText(sum('bytes'))} payload,{' '}
      {countedText(sum('connections'), 'new connection')}, {bytesText(sum('missedBytes'))} missing
    </p>
  )
}

// The date at midnight, else the time of day; milliseconds when `step` (seconds) is below 1.
function tickText(seconds: number, step: number): string {
  const text = timeText(seconds, step < 1 ? 3 : 0)
  if (step >= 86_400 || seconds % 86_400 === 0) return text.slice(0, 10)
  return step >= 60 ? text.slice(11, 16) : text.slice(11)
}

/** Stacks the series: each layer includes those after it, and later layers are drawn over earlier ones. */
function layers(
  { from, width, series }: Timeline,
  metric: Metric,
  hidden: ReadonlySet<string>,
): uPlot.AlignedData {
  const bins = series[0]?.bytes.length ?? 0
  const scale = metric === 'connections' ? 1 : 1 / width
  // One more than the bins, to give the last bin a width.
  const times = Array.from({ length: bins + 1 }, (_, i) => from + i * width)
  const below = new Array<number>(bins).fill(0)
  const stacked = [...series].reverse().map((amounts) => {
    const isShown = !hidden.has(amounts.protocol)
    if (isShown) for (let i = 0; i < bins; i++) below[i] = below[i]! + amounts[metric][i]! * scale
    return [...below, below.at(-1) ?? 0]
  })
  return [times, ...stacked.reverse()]
}

function axis(more: Partial<uPlot.Axis>): uPlot.Axis {
  const line = { stroke: () => themeColour('--line'), width: 1 }
  return { stroke: () => themeColour('--dim'), grid: line, ticks: line, ...more }
}

function colourOf(layer: number): number {
  return Math.min(layer, 7)
}

function toggled(set: ReadonlySet<string>, item: string): ReadonlySet<string> {
  const changed = new Set(set)
  if (!changed.delete(item)) changed.add(item)
  return changed
}
