import { bytesText, countText } from '../../figures.js'
import type { Summary } from '../../summary.js'
import { durationText, visible } from './format.js'

const SHOWN_INPUTS = 200
const SHOWN_PROBLEMS = 20

const FATES: Readonly<Record<string, string>> = {
  filtered: 'filtered out',
  not_ip: 'not IP',
  malformed: 'malformed',
  fragments: 'fragments',
  delivered: 'delivered',
}

/** What the run says of its captures: packets by fate, damage, limits, errors. */
export function HealthPanel({ summary }: { summary: Summary | null }) {
  return (
    <section class="panel" aria-labelledby="health">
      <h2 id="health">Capture health</h2>
      {summary === null ? (
        <p class="dim">Not known: the report was made without the run's summary (--summary FILE).</p>
      ) : (
        <Facts summary={summary} />
      )}
    </section>
  )
}

function Facts({ summary }: { summary: Summary }) {
  const { packets, bytes, damage, inputs, errors } = summary
  const fates = Object.entries(FATES).map(
    ([name, words]) => `${countText(packets[name as keyof typeof packets])} ${words}`,
  )
  const dropped = inputs.reduce((sum, input) => sum + (input.dropped ?? 0), 0)
  const bad = inputs.filter(({ status }) => status !== 'ok')
  return (
    <table class="facts">
      <tbody>
        <Fact name="Packets">
          {countText(packets.read)} read = {fates.join(' + ')}
        </Fact>
        <Fact name="Bytes">
          {bytesText(bytes.captured)} captured, {bytesText(bytes.payload)} payload
        </Fact>
        <Fact name="Dropped">
          {dropped === 0
            ? 'no packets, as far as the captures say'
            : `${countText(dropped)} packets, as the captures say`}
        </Fact>
        <Fact name="Damage">
          {damage.holes === 0
            ? 'none passed over'
            : `${countText(damage.holes)} holes, ${bytesText(damage.lost_bytes)} passed over`}
        </Fact>
        <Counts name="Also seen" counts={summary.details} />
        <Counts name="Link types not known" counts={summary.unknown_link_types} />
        <Counts name="Limits hit" counts={summary.limits} isBad />
        <Fact name="Inputs">
          {countText(inputs.length)},{' '}
          {bad.length === 0 ? 'all read whole' : `${countText(bad.length)} not read whole`}
          {bad.slice(0, SHOWN_INPUTS).map((input) => (
            <div key={input.path} class="bad">
              {visible(input.path)}: {visible(input.status)}
              {input.problems.slice(0, SHOWN_PROBLEMS).map((problem) => (
                <div key={problem.offset}>
                  at byte {problem.offset}: {visible(problem.message)}
                </div>
              ))}
            </div>
          ))}
        </Fact>
        {errors.length > 0 && (
          <Fact name="Errors">
            {errors.slice(0, SHOWN_INPUTS).map((text) => (
              <div key={text} class="bad">
                {visible(text)}
              </div>
            ))}
          </Fact>
        )}
        <Fact name="Run">
          pcap2conn {visible(summary.version)}, {durationText(summary.seconds)}, workers: {summary.workers}
        </Fact>
      </tbody>
    </table>
  )
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
