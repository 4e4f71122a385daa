import { bytesText } from '../../figures.js'
import { endpointText } from './format.js'

/** Address and port in a table. */
export function Endpoint({ host, port }: { host: string; port: number }) {
  const text = endpointText(host, port)
  return (
    <span class="mono" title={text}>
      {text}
    </span>
  )
}

/** Bytes of damage in a table, which stand out where there are any. */
export function Damage({ bytes }: { bytes: number }) {
  return <span class={bytes > 0 ? 'bad' : 'dim'}>{bytesText(bytes)}</span>
}
