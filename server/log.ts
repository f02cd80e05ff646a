// One line an event, with fields; never a name, a phone number or an address.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { destination, pino, stdSerializers, type Logger } from 'pino'
import type { Config } from './config.ts'

/** Into DATA_DIR/server.log, so that the terminal stays readable; to standard output without a demo. */
export function createLog(config: Config): Logger {
  // An Error has no fields of its own to print: without this its line would say {}.
  const options = { level: config.logLevel, base: null, serializers: { error: stdSerializers.err } }
  if (config.demo === false) return pino(options)
  mkdirSync(config.dataDir, { recursive: true })
  const file = destination({ dest: join(config.dataDir, 'server.log'), sync: false })
  return pino(options, file)
}
