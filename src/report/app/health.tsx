import { bytesText, countText } from '../../figures.js'
import type { CaptureHealth, FirstOf } from '../capture-health.js'
import { countedText, durationText, visible } from './format.js'

const FATES: Readonly<Record<string, string>> = {
  filtered: 'filtered out',
  not_ip: 'not IP',
  malformed: 'malformed',
  fragments: 'fragments',
  duplicates: 'duplicates',
  other_shard: 'of other parts',
  delivered: 'delivered',
}

const PAYLOAD_FATES = {
  delivered: 'delivered',
  repeated: 'seen again',
  conflicting: 'seen again with other content',
  outside: 'no part of a stream',
} as const

type OutsideKind = keyof CaptureHealth['payload']['outsideByKind']

const OUTSIDE_WORDS: Readonly<Record<OutsideKind, string>> = {
  before_start: 'before its start',
  after_fin: 'behind its FIN',
  late: 'for a gap that was given up',
  unconfirmed: 'confirmed by nothing',
  reset_text: 'text of a RST',
  keep_alive: 'of keep-alives',
}

/** The run's summary: what became of its packets, damage, limits, errors. */
export function HealthPanel({ health }: { health: CaptureHealth | null }) {
  return (
    <section class="panel" aria-labelledby="health">
      <h2 id="health">Capture health</h2>
      {health === null ? (
        <p class="dim">Unknown: this report was made without the run's summary (--summary FILE).</p>
      ) : (
        <Facts health={health} />
      )}
    </section>
  )
}

function Facts({ health }: { health: CaptureHealth }) {
  const { packets, payload, holes, droppedPackets, inputs, badInputs, errors } = health
  const fates = Object.entries(FATES)
    .filter(([name]) => name !== 'other_shard' || packets.other_shard > 0)
    .map(([name, words]) => `${countText(packets[name as keyof typeof packets])} ${words}`)
  const balance = Object.entries(PAYLOAD_FATES).map(
    ([name, words]) => `${countText(payload[name as keyof typeof PAYLOAD_FATES])} ${words}`,
  )
  const outside = Object.entries(OUTSIDE_WORDS)
    .map(([kind, words]) => ({ count: payload.outsideByKind[kind as OutsideKind], words }))
    .filter(({ count }) => count > 0)
    .map(({ count, words }) => `${countText(count)} ${words}`)
  return (
    <table class="facts">
      <tbody>
        <Fact name="Packets">
          {countText(packets.read)} read = {fates.join(' + ')}
        </Fact>
        <Fact name="Bytes">
          {bytesText(health.capturedBytes)} captured, {bytesText(payload.captured)} of them payload
        </Fact>
        <Fact name="Payload">
          {countText(payload.captured)} bytes captured = {balance.join(' + ')}
          {outside.length > 0 && <div>no part of a stream: {outside.join(', ')}</div>}
        </Fact>
        <Fact name="Dropped">
          {droppedPackets === 0
            ? 'no packets reported by the captures'
            : `${countedText(droppedPackets, 'packet')}, reported by the captures`}
        </Fact>
        <Fact name="Damage">
          {holes === 0 ? 'none' : `${countedText(holes, 'hole')}, ${bytesText(health.lostBytes)} skipped`}
        </Fact>
        <Counts name="Also seen" counts={health.details} />
        <Counts name="Link types not known" counts={health.unknownLinkTypes} />
        <Counts name="Limits hit" counts={health.limits} isBad />
        <Fact name="Inputs">
          {countText(inputs)},{' '}
          {badInputs.count === 0 ? 'all read whole' : `${countText(badInputs.count)} not read whole`}
          {badInputs.shown.map((input) => (
            <div key={input.path} class="bad">
              {visible(input.path)}: {visible(input.status)}
              {input.problems.shown.map((problem) => (
                <div key={problem.offset}>
                  at byte {problem.offset}: {visible(problem.message)}
                </div>
              ))}
              <More list={input.problems} />
            </div>
          ))}
          <More list={badInputs} />
        </Fact>
        {errors.count > 0 && (
          <Fact name="Errors">
            {errors.shown.map((text) => (
              <div key={text} class="bad">
                {visible(text)}
              </div>
            ))}
            <More list={errors} />
          </Fact>
        )}
        <Fact name="Run">
          pcap2conn {visible(health.version)}, {durationText(health.seconds)}, workers: {health.workers}
        </Fact>
      </tbody>
    </table>
  )
}

/** Says how many items of a shortened list are missing. */
function More({ list: { count, shown } }: { list: FirstOf<unknown> }) {
  return count > shown.length ? <div class="bad">and {countText(count - shown.length)} more</div> : null
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{children}</td>
    </tr>
  )
}

interface CountsProps {
  readonly name: string
  readonly counts: Readonly<Record<string, number>>
  readonly isBad?: boolean
}

function Counts({ name, counts, isBad }: CountsProps) {
  const parts = Object.entries(counts).map(([key, count]) => `${visible(key)} ${countText(count)}`)
  if (parts.length === 0) return null
  return (
    <Fact name={name}>
      <span class={isBad ? 'bad' : ''}>{parts.join(', ')}</span>
    </Fact>
  )
}
