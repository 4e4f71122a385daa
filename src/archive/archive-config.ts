import { archivePaths } from '../archive-paths.js'
import { type Config, type RawOptions, toConfig } from '../config/config.js'
import { InputError } from '../errors.js'
import type { Archive } from './archive.js'

/**
 * The configuration of a run that reads connections of an archive again: its own options, which are data of others, and
 * these.
 *
 * @throws InputError for those of the archive, ConfigError for the others.
 */
export function archiveConfig(
  { folder, options }: Pick<Archive, 'folder' | 'options'>,
  own: RawOptions,
): Config {
  const shared = { ...options, inputFile: 'archive' } as RawOptions
  const path = archivePaths(folder).inputs
  try {
    toConfig(shared)
  } catch (cause) {
    throw new InputError(`Cannot use "${path}": its options are not possible`, path, { cause })
  }
  // Copies are known.
  return toConfig({ ...shared, dedup: 'off', ...own } as RawOptions)
}
