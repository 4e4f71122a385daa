import { u32be } from '../bytes/endian.js'
import { KEY_WORDS } from './fragment-tracker.js'
import type { IpHeader } from './ip-header.js'
import { WordHash } from './word-hash.js'

const TWO_32 = 2 ** 32

/** What identifies the datagram of a fragment (RFC 791 §3.2, RFC 8200 §4.5), and the tunnels that it is in. */
export class FragmentKey {
  readonly words = new Uint32Array(KEY_WORDS)
  readonly #hash = new WordHash()

  /** Takes the key of the fragment that `ip` describes, and returns its hash. */
  set(bytes: Uint8Array, ip: IpHeader): number {
    const key = this.words
    // Only IPv4 identifies datagrams by protocol, too.
    key[0] = ip.version === 4 ? (4 << 8) | ip.protocol : 6 << 8
    key[1] = ip.fragmentId
    if (ip.version === 4) {
      key.fill(0, 2)
      key[2] = ip.src
      key[3] = ip.dst
    } else {
      for (let i = 0; i < 4; i++) {
        key[2 + i] = u32be(bytes, ip.src + 4 * i)
        key[6 + i] = u32be(bytes, ip.dst + 4 * i)
      }
    }
    key[10] = ip.tunnelHash % TWO_32
    key[11] = Math.floor(ip.tunnelHash / TWO_32)
    return this.#hash.of(key, KEY_WORDS)
  }

  equals(other: Uint32Array): boolean {
    for (let i = 0; i < KEY_WORDS; i++) if (other[i] !== this.words[i]) return false
    return true
  }
}
