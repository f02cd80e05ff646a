/** What this folder logs with; pino's logger fits. One line an event, with fields. */
export type Log = {
  info: (fields: object, message: string) => void
  warn: (fields: object, message: string) => void
  error: (fields: object, message: string) => void
}
