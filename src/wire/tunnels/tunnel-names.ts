/** What tunnels over ports are called in `--decode-as`. `none` opens nothing. */
export const TUNNEL_NAMES = [
  'none',
  'ayiya',
  'capwap',
  'esp',
  'geneve',
  'gre',
  'gtpu',
  'l2tp',
  'lisp',
  'lisp-control',
  'mpls',
  'teredo',
  'tzsp',
  'vxlan',
  'vxlan-gpe',
] as const

export type TunnelName = (typeof TUNNEL_NAMES)[number]

/** A port of UDP or TCP whose payload is a tunnel's, or is none, whatever the port stands for. */
export interface DecodeAs {
  readonly protocol: 'udp' | 'tcp'
  readonly port: number
  readonly tunnel: TunnelName
}
