export type Koffi = typeof import('koffi')

/** Loads the optional package koffi. @returns The package, or the reason for a message why it cannot be loaded. */
export async function loadKoffi(): Promise<Koffi | { readonly reason: string }> {
  try {
    return await import('koffi')
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
    return { reason: isAbsent ? 'the package koffi is not installed' : `koffi: ${firstLine(error)}` }
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0] ?? ''
}
