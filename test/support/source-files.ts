import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** A module of the repository. */
export interface SourceFile {
  /** Path from the root of the repository. */
  readonly fullPath: string
  readonly text: string
  /** `text` without comments. */
  readonly code: string
}

/** A module that another module imports or re-exports. */
export interface NamedModule {
  readonly specifier: string
  /** True when only types are imported. */
  readonly isType: boolean
}

/** The modules below a folder of the repository. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:tsx?|mjs)$/.test(path))
    .map((path) => {
      const text = readFileSync(join(folder, path), 'utf8')
      return { fullPath: join(folder, path), text, code: withoutComments(text) }
    })
}

function withoutComments(text: string): string {
  return text.replace(/(^|\s)\/\*[\s\S]*?\*\//g, '$1').replace(/(^|\s)\/\/.*$/gm, '$1')
}

/** The modules that `file` imports or re-exports. */
export function namedModules({ code }: SourceFile): NamedModule[] {
  const statements = code.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)
  const calls = code.matchAll(/\bimport\(\s*'([^']+)'/g)
  return [
    ...[...statements].map(([, type, specifier]) => ({ specifier: specifier!, isType: type !== undefined })),
    ...[...calls].map(([, specifier]) => ({ specifier: specifier!, isType: false })),
  ]
}

/** Path of the source of the module that `file` calls `specifier`, even if that names a built file; null for a package. */
export function sourceOf(file: SourceFile, specifier: string): string | null {
  if (specifier === 'pcap-filter') return 'packages/pcap-filter/src/index.ts'
  if (!specifier.startsWith('.')) return null
  const path = relative('.', resolve(dirname(file.fullPath), specifier))
    .replace(/^dist\/(?:bundle\/)?/, 'src/')
    .replace(/^(packages\/[^/]+)\/dist\//, '$1/src/')
  const names = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')]
  return names.find((name) => existsSync(name)) ?? null
}
