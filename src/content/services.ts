import type { Service, Speech } from './speech.js'

/** Services by their number. Where the bytes of both sides fit several, the one with the lowest number is taken. */
const SERVICES: readonly Service[] = [
  'ssh',
  'http2',
  'sip',
  'http',
  'smtp',
  'ftp',
  'pop3',
  'imap',
  'tls',
  'smb',
  'rdp',
  'mqtt',
  'stun',
  'dns',
  'quic',
  'dtls',
  'dhcp',
  'ntp',
]

const NUMBERS: ReadonlyMap<Service, number> = new Map(SERVICES.map((service, number) => [service, number]))

/** One object for each service of which nothing more is known, by number. */
export const PLAIN_SPEECHES: readonly Speech[] = SERVICES.map((service) => ({
  service,
  serverName: null,
  alpn: null,
  ja4: null,
}))

export function serviceNumber(service: Service): number {
  return NUMBERS.get(service)!
}

export function serviceOf(number: number): Service {
  return SERVICES[number]!
}
