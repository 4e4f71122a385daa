import { bytesText } from '../../figures.js'
import { endpointText } from './format.js'

/** Address and port in a table. */
export function Endpoint({ host, port }: { host: string; port: number }) {
  const text = endpointText(host, port)
  return (
    <span class="mono endpoint" title={text}>
      <Breakable text={text} />
    </span>
  )
}

/** Text that may break after a colon or a comma: an address or a large number. */
export function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[:,])/).map((part, i) => (
    <>
      {i > 0 && <wbr />}
      {part}
    </>
  ))
}

/** A table cell with a count of damaged bytes, highlighted unless it is 0. */
export function Damage({ bytes }: { bytes: number }) {
  return <span class={bytes > 0 ? 'bad' : 'dim'}>{bytesText(bytes)}</span>
}
