/** How `-c` shows payload: its bytes alone; as a conversation, with a line where the connection or side changes; in hexadecimal. */
export type ConsoleStyle = 'bytes' | 'text' | 'hex'
