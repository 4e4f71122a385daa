const STATES: Readonly<Record<string, string>> = {
  S0: 'tried, no answer',
  S1: 'established, not ended',
  SF: 'normal beginning and end',
  REJ: 'refused',
  S2: 'originator closed, no answer',
  S3: 'responder closed, no answer',
  RSTO: 'aborted by the originator',
  RSTR: 'aborted by the responder',
  RSTOS0: 'SYN, then RST by the originator',
  RSTRH: 'SYN+ACK, then RST, no SYN seen',
  SH: 'SYN, then FIN, no SYN+ACK seen',
  SHR: 'SYN+ACK, then FIN, no SYN seen',
  OTH: 'beginning not seen',
}

const CLOSE_REASONS: Readonly<Record<string, string>> = {
  fin: 'both sides finished',
  rst: 'reset',
  timeout: 'idle for too long',
  reuse: 'a new connection reused the 5-tuple',
  end: 'capture ended',
}

/** The meaning of a `conn_state` in a few words (docs.zeek.org, conn.log). Undefined for an unknown name. */
export function stateMeaning(name: string): string | undefined {
  return Object.hasOwn(STATES, name) ? STATES[name] : undefined
}

/** The meaning of a `close_reason`. Undefined for an unknown name. */
export function closeMeaning(name: string): string | undefined {
  return Object.hasOwn(CLOSE_REASONS, name) ? CLOSE_REASONS[name] : undefined
}
