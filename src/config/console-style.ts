/**
 * How `-c` shows payload. `bytes`: as in files. `headers`: the same, with headers that payload cannot imitate. `text`:
 * as a conversation, with a line whenever the connection or side changes. `hex`: in hexadecimal.
 */
export type ConsoleStyle = 'bytes' | 'headers' | 'text' | 'hex'
