/**
 * How `-c` shows payload: its bytes as files have them; the same with headers that payload cannot imitate; as a
 * conversation, with a line where the connection or side changes; in hexadecimal.
 */
export type ConsoleStyle = 'bytes' | 'headers' | 'text' | 'hex'
