import type { ConnectionSink } from '../flow/connection-sink.js'

type Sink = Partial<ConnectionSink>
/** A method of a sink. No method has more parameters. */
type Call = (a: unknown, b?: unknown, c?: unknown, d?: unknown, e?: unknown, f?: unknown) => void

/**
 * Joins several sinks to one that calls each in turn. It is made once, when a worker starts, so packets cost no lookup. An
 * event that only one sink wants is that sink's own method.
 */
export function joinSinks(sinks: readonly Sink[]): ConnectionSink {
  const joined = <Name extends keyof ConnectionSink>(name: Name) =>
    inTurn(callsOf(sinks, name)) as unknown as NonNullable<ConnectionSink[Name]>
  return {
    opened: joined('opened'),
    packet: callsOf(sinks, 'packet').length === 0 ? null : joined('packet'),
    data: joined('data'),
    gap: joined('gap'),
    conflict: callsOf(sinks, 'conflict').length === 0 ? null : joined('conflict'),
    fate: callsOf(sinks, 'fate').length === 0 ? null : joined('fate'),
    closed: joined('closed'),
    finished: joined('finished'),
  }
}

function callsOf(sinks: readonly Sink[], name: keyof ConnectionSink): readonly Call[] {
  const methods = sinks.map((sink) => (sink[name] as Call | null | undefined)?.bind(sink))
  return methods.filter((method) => method !== undefined)
}

function inTurn(calls: readonly Call[]): Call {
  const [first, second, ...others] = calls
  if (first === undefined) return () => {}
  if (second === undefined) return first
  const rest = others.length === 0 ? second : inTurn([second, ...others])
  return (a, b, c, d, e, f) => {
    first(a, b, c, d, e, f)
    rest(a, b, c, d, e, f)
  }
}
