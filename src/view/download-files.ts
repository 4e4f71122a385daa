import type { FileReader } from './chunks/file-reader.js'
import type { DownloadFile } from './zip-download.js'

const PART_BYTES = 64 * 1024
/** Longest name in an archive; its end says what it is. */
const MOST_NAME = 1000

/** A file to download, as it is. @param sec Time of its connection, seconds since 1970. */
export function downloadFile(reader: FileReader, sec: number): DownloadFile {
  return { name: safeName(reader.path), sec, parts: () => partsOf(reader) }
}

/** A file of lines. */
export function textFile(name: string, lines: readonly string[]): DownloadFile {
  return {
    name,
    sec: 0,
    async *parts() {
      yield Buffer.from(lines.map((line) => `${line}\n`).join(''))
    },
  }
}

async function* partsOf(reader: FileReader): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const part = await reader.read(at, PART_BYTES)
    if (part.length === 0) return
    yield part
    at += part.length
  }
}

// A path of an index can be anything.
function safeName(path: string): string {
  const names = path.split(/[/\\]/).filter((name) => !/^\.{0,2}$/.test(name))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be in names
  const safe = names.map((name) => name.replace(/[\0-\x1f\x7f:*?"<>|]/g, '_')).join('/')
  return safe.slice(-MOST_NAME).replace(/^\/+/, '') || 'connection'
}
