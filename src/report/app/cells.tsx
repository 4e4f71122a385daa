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

/** An address, or a large figure: where a line is too short, it goes on in the next behind a colon or a comma. */
export function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[:,])/).map((part, i) => (
    <>
      {i > 0 && <wbr />}
      {part}
    </>
  ))
}

/** Bytes of damage in a table, which stand out where there are any. */
export function Damage({ bytes }: { bytes: number }) {
  return <span class={bytes > 0 ? 'bad' : 'dim'}>{bytesText(bytes)}</span>
}
