/** A list with its length before it, in `bytes` bytes. */
export function sized(bytes: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const length = Buffer.alloc(bytes)
  length.writeUIntBE(content.length, 0, bytes)
  return Buffer.concat([length, content])
}

export function u16s(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]))
}

export interface HelloParts {
  readonly version?: number
  readonly ciphers?: readonly number[]
  /** Types and bodies, in order. */
  readonly extensions?: readonly (readonly [number, Uint8Array])[]
  readonly isDtls?: boolean
}

export function serverName(name: string): readonly [number, Uint8Array] {
  return [0, sized(2, Buffer.of(0), sized(2, Buffer.from(name, 'latin1')))]
}

export function alpn(...names: readonly (string | Uint8Array)[]): readonly [number, Uint8Array] {
  return [16, sized(2, ...names.map((name) => sized(1, Buffer.from(name as string, 'latin1'))))]
}

export function signatureAlgorithms(...values: readonly number[]): readonly [number, Uint8Array] {
  return [13, sized(2, u16s(...values))]
}

export function supportedVersions(...values: readonly number[]): readonly [number, Uint8Array] {
  return [43, sized(1, u16s(...values))]
}

/** The body of a ClientHello. */
export function helloBody({
  version = 0x0303,
  ciphers = [0x1301],
  extensions = [],
  isDtls = false,
}: HelloParts): Buffer {
  const list = extensions.map(([type, body]) => Buffer.concat([u16s(type), sized(2, body)]))
  return Buffer.concat([
    u16s(version),
    Buffer.alloc(32, 7),
    sized(1, Buffer.alloc(8)),
    ...(isDtls ? [sized(1)] : []),
    sized(2, u16s(...ciphers)),
    sized(1, Buffer.of(0)),
    sized(2, ...list),
  ])
}

/** A handshake message of a type, by default a ClientHello. */
export function message(body: Uint8Array, type = 1): Buffer {
  return Buffer.concat([Buffer.of(type), sized(3, body)])
}

/** The bytes in handshake records of `size` bytes. */
export function records(bytes: Uint8Array, size = 16_384): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size)
    parts.push(Buffer.of(22, 3, 1), sized(2, bytes.subarray(at, at + size)))
  return Buffer.concat(parts)
}

/** A ServerHello that selects a protocol; without one it has no extension. */
export function serverHello(protocol?: string): Buffer {
  const extensions = protocol === undefined ? [] : [alpn(protocol)]
  const list = extensions.map(([type, body]) => Buffer.concat([u16s(type), sized(2, body)]))
  const body = [u16s(0x0303), Buffer.alloc(32), sized(1), u16s(0x1301), Buffer.of(0), sized(2, ...list)]
  return records(message(Buffer.concat(body), 2))
}
