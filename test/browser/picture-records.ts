const HOSTS = ['192.0.2.10', '192.0.2.25', '192.0.2.71', '198.51.100.4', '2001:db8::17']
const SERVICES: readonly (readonly [string, number, number])[] = [
  ['tcp', 443, 60_000],
  ['tcp', 80, 20_000],
  ['udp', 53, 200],
  ['tcp', 443, 900_000],
  ['udp', 443, 250_000],
  ['tcp', 22, 8_000],
  ['icmp', 0, 64],
]

/** An hour of an office, for the pictures of the documentation: the same each time. */
export function pictureRecords(count: number): Record<string, unknown>[] {
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  return Array.from({ length: count }, (_, i) => {
    const [proto, port, bytes] = SERVICES[Math.floor(random() * SERVICES.length)]!
    const isBusy = 1 + Math.sin(i / 180) ** 2 * 3
    return {
      ts: 1_709_632_800 + (i * 3600) / count,
      duration: 10 ** (random() * 4 - 2),
      uid: `C${i}`,
      'id.orig_h': HOSTS[Math.floor(random() ** 2 * HOSTS.length)],
      'id.orig_p': 40_000 + (i % 20_000),
      'id.resp_h': `203.0.113.${Math.floor(random() ** 3 * 250)}`,
      'id.resp_p': port,
      proto,
      orig_bytes: Math.floor(bytes * random() * 0.1),
      resp_bytes: Math.floor(bytes * random() ** 2 * isBusy),
      missed_bytes: random() < 0.01 ? Math.floor(random() * 9000) : 0,
      orig_retrans_bytes: random() < 0.05 ? 1460 : 0,
      overlap_conflicts: random() < 0.002 ? 12 : 0,
      orig_outside_bytes: random() < 0.002 ? 31 : 0,
      conn_state: ['SF', 'SF', 'SF', 'S0', 'RSTO', 'REJ'][Math.floor(random() * 6)],
      close_reason: ['fin', 'fin', 'rst', 'timeout'][Math.floor(random() * 4)],
    }
  })
}
