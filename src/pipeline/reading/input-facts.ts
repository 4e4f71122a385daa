import type { CaptureReader, DescribedReader } from '../../capture/capture-reader.js'
import type { ByteSource } from '../../input/byte-source.js'
import { fingerprint } from '../../input/fingerprint.js'
import type { Input } from '../../input/input.js'
import type { InputFacts } from '../../output/output.js'

/**
 * What is needed to read an input's packets again.
 *
 * @param linkType Of all its frames; null: as it says.
 */
export function inputFacts(
  { kind, path }: Input,
  source: ByteSource | null,
  reader: CaptureReader | Partial<DescribedReader> | null,
  linkType: number | null,
): InputFacts {
  const description = reader !== null && 'describe' in reader ? (reader.describe?.() ?? null) : null
  const found = kind === 'file' && source !== null ? fingerprint(path) : null
  return {
    path,
    bytes: found?.bytes ?? null,
    sha256: found?.sha256 ?? null,
    compression: source?.compression ?? null,
    format: description?.format ?? null,
    linkTypes: [...new Set(description?.interfaces.map((described) => described.linkType))],
    linkType,
    headers: reader?.headers ?? null,
  }
}
