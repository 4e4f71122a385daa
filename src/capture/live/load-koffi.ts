export type Koffi = typeof import('koffi')

/** Loads the optional package koffi. @returns It, or why it isn't there, for people. */
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
