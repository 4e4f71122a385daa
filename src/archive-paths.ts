import { join } from 'node:path'

/** The files of an archive. */
export interface ArchivePaths {
  /** A record of each connection. */
  readonly index: string
  /** Where the packets of each connection stand. */
  readonly map: string
  /** The inputs, and the options on which results depend. It comes last: without it there is no archive. */
  readonly inputs: string
  readonly summary: string
}

/** @param folder The archive. */
export function archivePaths(folder: string): ArchivePaths {
  return {
    index: join(folder, 'connections.parquet'),
    map: join(folder, 'packets.map'),
    inputs: join(folder, 'inputs.json'),
    summary: join(folder, 'summary.json'),
  }
}
