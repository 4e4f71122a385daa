import { useEffect, useState } from 'preact/hooks'
import { visible } from '../../report/app/format.js'

const WAIT_MS = 250
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

interface Props {
  readonly protocols: readonly string[]
  readonly states: readonly string[]
  readonly services: readonly string[]
  /** @param filters URL parameters for the server. */
  readonly onFilters: (filters: string) => void
}

/** The form that filters connections. */
export function Filters({ protocols, states, services, onFilters }: Props) {
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({})
  const set = (name: string) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget
    setFields((before) => ({ ...before, [name]: value }))
  }
  useEffect(() => {
    const timer = setTimeout(() => onFilters(filtersOf(fields)), WAIT_MS)
    return () => clearTimeout(timer)
  }, [fields, onFilters])
  const choice = (name: string, title: string, values: readonly string[]) => (
    <label>
      {title}
      <select value={fields[name] ?? ''} onChange={set(name)}>
        <option value="">all</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {visible(value)}
          </option>
        ))}
      </select>
    </label>
  )
  const words = (name: string, label: string) => (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={fields[name] ?? ''}
      onInput={set(name)}
    />
  )
  const size = (name: string, label: string, example: string) => (
    <input
      type="text"
      class="short"
      aria-label={label}
      placeholder={example}
      aria-invalid={bytesOf(fields[name] ?? '') === null}
      value={fields[name] ?? ''}
      onInput={set(name)}
    />
  )
  return (
    <search class="filters">
      {words('host', 'Address')}
      <input
        type="text"
        class="short"
        inputMode="numeric"
        aria-label="Port"
        placeholder="Port"
        value={fields.port ?? ''}
        onInput={set('port')}
      />
      {choice('proto', 'Protocol', protocols)}
      {choice('service', 'Service', services)}
      {words('name', 'Server name')}
      {choice('state', 'State', states)}
      {size('min', 'Minimum payload bytes', 'from 10K')}
      {size('max', 'Maximum payload bytes', 'to 5M')}
      <label>
        <input
          type="checkbox"
          checked={fields.damaged === '1'}
          onChange={(event) => {
            const damaged = event.currentTarget.checked ? '1' : ''
            setFields((before) => ({ ...before, damaged }))
          }}
        />
        damaged
      </label>
      {words('text', 'Text in the payload')}
    </search>
  )
}

function filtersOf(fields: Readonly<Record<string, string>>): string {
  const parameters = new URLSearchParams()
  for (const name of ['host', 'proto', 'state', 'service', 'name', 'damaged', 'text']) {
    const value = fields[name] ?? ''
    if (value !== '') parameters.set(name, value)
  }
  const port = (fields.port ?? '').trim()
  if (/^\d{1,5}$/.test(port)) parameters.set('port', port)
  for (const name of ['min', 'max']) {
    const bytes = bytesOf(fields[name] ?? '')
    if (typeof bytes === 'number') parameters.set(name, `${bytes}`)
  }
  return parameters.size === 0 ? '' : `&${parameters}`
}

/** Parses a size such as `10K` to bytes. Undefined for empty text, null for an invalid size. */
function bytesOf(text: string): number | null | undefined {
  if (text.trim() === '') return undefined
  const [, digits, unit] = /^(\d{1,9}(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  return digits === undefined ? null : Math.round(Number(digits) * UNITS[(unit ?? '').toLowerCase()]!)
}
