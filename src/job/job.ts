import { join } from 'node:path'
import type { Config, RawOptions } from '../config/config.js'
import { toConfig } from '../config/config.js'
import { recordedShard, shardOf } from '../config/shard.js'
import { ConfigError, failureReason } from '../errors.js'
import { packageVersion } from '../version.js'
import { type JobPaths, jobPaths, taskPathsIn } from './job-paths.js'
import { type JobCapture, type Manifest, readManifest, tasksOf } from './manifest.js'

/** A job that was planned. */
export interface Job {
  readonly paths: JobPaths
  readonly manifest: Manifest
  /** Number of its tasks: they are 0 to `tasks` - 1. */
  readonly tasks: number
}

/**
 * Opens a job of this version of the program.
 *
 * @throws ConfigError where there is none, or it cannot be done as it was planned; InputError where it cannot be read now.
 */
export function openJob(folder: string): Job {
  const paths = jobPaths(folder)
  const manifest = readManifest(paths.manifest)
  const version = packageVersion()
  if (manifest.program !== version)
    throw new ConfigError(
      `Cannot use "${paths.manifest}": version ${manifest.program} of pcap2conn has planned it, this is ${version}`,
    )
  checkOptions(paths.manifest, manifest)
  return { paths, manifest, tasks: tasksOf(manifest) }
}

function checkOptions(path: string, manifest: Manifest): void {
  try {
    wholeConfig(manifest)
  } catch (cause) {
    throw new ConfigError(`Cannot use "${path}": its options are not possible: ${failureReason(cause)}`, {
      cause,
    })
  }
}

/** The capture of a task. @throws ConfigError where the job has no such task. */
export function captureOf({ manifest, tasks }: Pick<Job, 'manifest' | 'tasks'>, task: number): JobCapture {
  const capture = manifest.captures[Math.floor(task / manifest.shards)]
  if (capture === undefined)
    throw new ConfigError(`Cannot do task ${task}: the job has the tasks 0 to ${tasks - 1}`)
  return capture
}

/** Says of which part of which capture a task is: `sensor1, part 2 of 4`. */
export function taskText(job: Pick<Job, 'manifest' | 'tasks'>, task: number): string {
  const { name } = captureOf(job, task)
  const { shards } = job.manifest
  return [...(name === '' ? [] : [name]), `part ${(task % shards) + 1} of ${shards}`].join(', ')
}

/**
 * The configuration of a task's run.
 *
 * @param folder That the task writes to.
 * @param own    Options on which results do not depend.
 * @throws ConfigError where the seed is another one.
 */
export function taskConfig({ manifest, paths }: Job, task: number, folder: string, own: RawOptions): Config {
  const { shards, seed } = manifest
  const config = toConfig({
    ...ownOptions(manifest, manifest.captures[Math.floor(task / shards)]!),
    ...own,
    shard: `${(task % shards) + 1}/${shards}`,
    seedFile: paths.seed,
    outputDir: taskPathsIn(folder).files,
    map: folder,
  })
  if (seedMark(paths.seed) !== seed)
    throw new ConfigError(`Cannot use "${paths.seed}": it is not the seed with which the job was planned`)
  return config
}

/** The configuration of one run that makes what a capture's tasks make together. */
export function wholeConfig(manifest: Manifest, capture = manifest.captures[0]!): Config {
  return toConfig({ ...ownOptions(manifest, capture), map: 'archive' })
}

// Times in names are in UTC: machines may be in several zones.
function ownOptions({ options, results }: Manifest, { inputs }: JobCapture): RawOptions {
  const inputFile = inputs.map(({ path }) => path)
  return { ...options, inputFile, noWrite: results === 'archive', utc: true } as RawOptions
}

/** Tells a seed from others. @param path Of its file. @throws ConfigError */
export function seedMark(path: string): string {
  const shard = shardOf({ part: 1, parts: 1 }, null, path)
  return (recordedShard(shard) as { readonly seed: string }).seed
}

/** The folder of a capture's results. */
export function resultFolder({ folder }: JobPaths, { name }: JobCapture): string {
  return name === '' ? folder : join(folder, name)
}
