// Environment to a frozen Config; every problem is named in one message. X_FILE reads a secret from a file.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { keptFrom, type Kept } from './retention/kept.ts'

export type Config = Readonly<{
  host: string
  httpPort: number
  mqttPort: number
  dataDir: string
  /** Undefined: the embedded PostgreSQL below dataDir. */
  databaseUrl: string | undefined
  /** A standard broker in place of our own. */
  mqttUrl: string | undefined
  /** What was asked for: the demo, no demo, or nothing (then an empty database becomes the demo). */
  demo: boolean | undefined
  secureCookies: boolean
  logLevel: string
  /** Days for each kind of data. */
  kept: Kept
}>

export type Environment = Readonly<Record<string, string | undefined>>

/** @throws Error whose message lists every problem, a line each */
export function readConfig(env: Environment): Config {
  const problems: string[] = []
  const config: Config = Object.freeze({
    host: env['HOST'] || '127.0.0.1',
    httpPort: port(env, 'HTTP_PORT', 3000, problems),
    mqttPort: port(env, 'MQTT_PORT', 1883, problems),
    dataDir: resolve(env['DATA_DIR'] || 'data'),
    databaseUrl: databaseUrl(env, problems),
    mqttUrl: mqttUrl(env, problems),
    demo: yesOrNo(env, 'DEMO', problems),
    secureCookies: yesOrNo(env, 'SECURE_COOKIES', problems) ?? false,
    logLevel: logLevel(env, problems),
    kept: keptFrom(env, problems),
  })
  if (config.demo === true && !isLoopback(config.host))
    problems.push(
      `HOST=${config.host} would show the demo's known logins to others; the demo binds to 127.0.0.1 only (use --no-demo).`,
    )
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return config
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)

function port(env: Environment, name: string, byDefault: number, problems: string[]): number {
  const text = env[name]
  if (text === undefined || text === '') return byDefault
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value
  problems.push(`${name} must be a port between 0 and 65535, not "${text}".`)
  return byDefault
}

function yesOrNo(env: Environment, name: string, problems: string[]): boolean | undefined {
  const text = env[name]
  if (text === undefined || text === '') return undefined
  if (['1', 'true', 'yes'].includes(text)) return true
  if (['0', 'false', 'no'].includes(text)) return false
  problems.push(`${name} must be 1 or 0, not "${text}".`)
  return undefined
}

function databaseUrl(env: Environment, problems: string[]): string | undefined {
  const text = secret(env, 'DATABASE_URL', problems)
  if (text === undefined || /^postgres(ql)?:\/\//.test(text)) return text
  problems.push('DATABASE_URL must begin with postgres:// or postgresql://.')
  return undefined
}

function mqttUrl(env: Environment, problems: string[]): string | undefined {
  const text = secret(env, 'MQTT_URL', problems)
  if (text === undefined || /^(mqtts?|wss?):\/\/./.test(text)) return text
  problems.push('MQTT_URL must begin with mqtt://, mqtts://, ws:// or wss://.')
  return undefined
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

function logLevel(env: Environment, problems: string[]): string {
  const level = env['LOG_LEVEL'] || 'info'
  if (!logLevels.includes(level)) problems.push(`LOG_LEVEL must be one of ${logLevels.join(', ')}.`)
  return level
}

function secret(env: Environment, name: string, problems: string[]): string | undefined {
  const file = env[`${name}_FILE`]
  if (file === undefined || file === '') return env[name] || undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    problems.push(`${name}_FILE names a file that cannot be read: ${file}`)
    return undefined
  }
}
