import { listCapInterfaces, loadCap } from '../../capture/live/cap-module.js'
import { nothingCaptures } from '../../capture/live/explain.js'
import { listLibpcapInterfaces } from '../../capture/live/libpcap-interfaces.js'
import { loadLibpcap } from '../../capture/live/libpcap-library.js'
import type { LiveInterface } from '../../capture/live/live-capture.js'
import type { LiveBackendChoice } from '../../config/live-options.js'

export type { LiveInterface } from '../../capture/live/live-capture.js'

/**
 * Lists the interfaces that can be captured on. Needs no rights where the system lists them for everyone.
 *
 * @throws LiveCaptureError when no backend is installed. The message says what to install.
 */
export async function listInterfaces(backend: LiveBackendChoice): Promise<readonly LiveInterface[]> {
  const reasons: string[] = []
  if (backend !== 'cap') {
    const library = await loadLibpcap(process.platform)
    if (!('reason' in library)) return listLibpcapInterfaces(library, process.platform)
    reasons.push(library.reason)
  }
  if (backend !== 'libpcap') {
    const cap = await loadCap()
    if (!('reason' in cap)) return listCapInterfaces(cap)
    reasons.push(cap.reason)
  }
  throw nothingCaptures(reasons)
}
