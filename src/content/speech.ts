/** What an index tells of the content of a connection. Names come from the capture, as `nameText()` makes them. */
export interface Speech {
  /** Who speaks, see `Service`; `-`: none that is known. */
  readonly service: Service | '-'
  /** The name that the client asks for: SNI of TLS and QUIC, host of the first HTTP request; null: none. */
  readonly serverName: string | null
  /** What the server selected by ALPN where that can be read, else what the client offers, with commas; null: none. */
  readonly alpn: string | null
  /** JA4 of the first ClientHello; null: there is none, or it is not whole. */
  readonly ja4: string | null
}

/** Names of services, as Zeek's where it has one, but `tls` and `dtls` instead of `ssl`. */
export type Service =
  | 'tls'
  | 'dtls'
  | 'quic'
  | 'http'
  | 'http2'
  | 'dns'
  | 'ssh'
  | 'smtp'
  | 'imap'
  | 'pop3'
  | 'ftp'
  | 'rdp'
  | 'smb'
  | 'mqtt'
  | 'sip'
  | 'stun'
  | 'ntp'
  | 'dhcp'

/** Nothing is known. */
export const NO_SPEECH: Speech = { service: '-', serverName: null, alpn: null, ja4: null }

/** How bytes fit a service. */
export const Fit = {
  NO: 0,
  /** They fit, but other services too: the other side, or the port, may tell. */
  MAYBE: 1,
  YES: 2,
  /** More bytes are needed to tell. */
  NOT_YET: 3,
} as const
