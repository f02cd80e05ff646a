import { types } from 'pg'

type Parse = (text: string) => unknown

/**
 * How values of PostgreSQL arrive in TypeScript: time as epoch milliseconds, dates as 'YYYY-MM-DD', whole
 * numbers as numbers. For one connection, so that no other user of pg in this process is affected.
 */
export const valueTypes = { getTypeParser }

// the types of pg name only some of the oids
const ordinary = types.getTypeParser as (oid: number, format?: string) => Parse

function getTypeParser(oid: number, format = 'text'): Parse {
  return (format === 'text' ? parsers.get(oid) : undefined) ?? ordinary(oid, format)
}

// oids of pg_type, which are fixed
const int8 = 20
const int8List = 1016
const date = 1082
const dateList = 1182
const timestamp = 1114
const timestamptz = 1184
const timestamptzList = 1185
const numeric = 1700
const textList = 1009

const parsers = new Map<number, Parse>([
  [int8, safeInteger],
  [int8List, (text) => list(text, safeInteger)],
  [date, (text) => text],
  [dateList, (text) => list(text, (item) => item)],
  [timestamp, withoutZone],
  [timestamptz, epochMs],
  [timestamptzList, (text) => list(text, epochMs)],
  [numeric, finite],
])

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint beyond what a number holds exactly: ${text}`)
  return value
}

/** numeric is what sum(bigint) and avg() give. No column holds money, so a double is exact enough. */
function finite(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value)) throw new RangeError(`numeric beyond what a number holds: ${text}`)
  return value
}

function withoutZone(): never {
  throw new TypeError('timestamp without time zone means a different instant on each server: use timestamptz')
}

const instant = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(:\d\d)?$/

/** '2026-01-01 08:00:00.123456+08' → epoch ms; what is finer than a millisecond is cut off. */
function epochMs(text: string): number {
  return plainEpochMs(text) ?? anyEpochMs(text)
}

/** As our sessions get nearly every instant: 'YYYY-MM-DD HH:MM:SS', perhaps a fraction, and +00. */
function plainEpochMs(text: string): number | undefined {
  const end = text.length - 3
  if (end < 19 || end > 26 || !text.endsWith('+00') || text[4] !== '-' || text[10] !== ' ') return undefined
  const digits = (from: number, count: number): number => Number(text.slice(from, from + count))
  const whole = Date.UTC(
    digits(0, 4),
    digits(5, 2) - 1,
    digits(8, 2),
    digits(11, 2),
    digits(14, 2),
    digits(17, 2),
  )
  const found = end === 19 ? whole : whole + Number(text.slice(20, Math.min(end, 23)).padEnd(3, '0'))
  // the years 0 to 99 are others to Date.UTC
  return Number.isNaN(found) || found < 0 ? undefined : found
}

function anyEpochMs(text: string): number {
  const [, day, time, fraction = '', hours, minutes = ':00'] = instant.exec(text) ?? []
  if (day === undefined) throw new RangeError(`no instant between the years 1 and 9999: ${text}`)
  return Date.parse(
    `${day}T${time}${fraction.slice(0, 4).padEnd(4, fraction ? '0' : '.000')}${hours}${minutes}`,
  )
}

function list(text: string, parse: Parse): unknown[] {
  const items = ordinary(textList)(text) as (string | null)[]
  return items.map((item) => (item === null ? null : parse(item)))
}
