/** The decryption secrets of one type in a capture. */
export interface SecretsDescription {
  /** Name of the type, or `type 0x…` for an unknown type. */
  readonly type: string
  readonly blocks: number
  /** Bytes of secrets in all these blocks. */
  readonly bytes: number
}

/** Most types counted separately; further types are counted together. */
export const MAX_SECRETS_TYPES = 64
const OTHER_TYPES = 'other types'
/** Offset of the secrets in the block: after block header, secrets type and length. */
const SECRETS_FROM = 16
const TRAILER_BYTES = 4

/** Types of secrets (draft-ietf-opsawg-pcapng, section 4.7). */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x5353_484b, 'SSH key log'],
  [0x544c_534b, 'TLS key log'],
  [0x5541_4b4c, 'OPC UA key log'],
  [0x5747_4b4c, 'WireGuard key log'],
  [0x5a41_5053, 'ZigBee APS key'],
  [0x5a4e_574b, 'ZigBee network key'],
])

/** Counts Decryption Secrets Blocks. Does not look at the secrets. */
export class SecretsLog {
  readonly #found = new Map<string, { blocks: number; bytes: number }>()

  /** Counts the block at `at`, unless it is too short to have a type. */
  add(view: DataView, at: number, isLittleEndian: boolean): void {
    const room = view.getUint32(at + 4, isLittleEndian) - SECRETS_FROM - TRAILER_BYTES
    if (room < 0) return
    const type = view.getUint32(at + 8, isLittleEndian)
    const counts = this.#countsOf(TYPE_NAMES.get(type) ?? `type 0x${type.toString(16).padStart(8, '0')}`)
    counts.blocks += 1
    counts.bytes += Math.min(view.getUint32(at + 12, isLittleEndian), room)
  }

  get described(): SecretsDescription[] {
    return [...this.#found].map(([type, counts]) => ({ type, ...counts }))
  }

  #countsOf(name: string): { blocks: number; bytes: number } {
    const known = this.#found.get(name)
    if (known !== undefined) return known
    if (this.#found.size >= MAX_SECRETS_TYPES && name !== OTHER_TYPES) return this.#countsOf(OTHER_TYPES)
    const added = { blocks: 0, bytes: 0 }
    this.#found.set(name, added)
    return added
  }
}
