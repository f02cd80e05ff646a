import { Type } from 'typebox'
import { ReadingsMessage } from '#contract/messages.ts'
import { readingUnits, type ReadingKind } from '#contract/primitives.ts'
import { isInstant } from './instant.ts'
import type { Problem } from './message.ts'
import { salvaged, type Body } from './salvage.ts'

/** One value as the device gave it; `deviceTime` in epoch ms, null where it named none of its own. */
export type ReadValue = { kind: ReadingKind; value: number; deviceTime: number | null; clamped: boolean }

/**
 * What a sensor of the kind can show. Above `most` up to `limit` the air is worse than the scale ends (facts 1.3: clamp
 * to the range); below `least` and beyond `limit` it is an error code such as -1 or 65535 (payloads rule 7).
 */
const ranges: Record<ReadingKind, { least: number; most: number; limit: number }> = {
  // the symptom ladder ends at 12,800 ppm (facts 1.2)
  co: { least: 0, most: 12_800, limit: 30_000 },
  // a hose that is off reaches 200 %LEL (facts 3.2); what burns is decided at 100
  gas: { least: 0, most: 100, limit: 1000 },
  temperature: { least: -60, most: 200, limit: 200 },
  battery: { least: 0, most: 100, limit: 100 },
}

/** The usable values of a readings message; each of the others is named in `problems`. */
export function readValues(values: readonly unknown[], problems: Problem[]): ReadValue[] {
  return values.flatMap((value, index) => {
    const plain = plainValue(value)
    if (plain) return plain
    const found: Problem[] = []
    const read = readValue(value, found)
    for (const { reason, detail } of found) problems.push({ reason, detail: `values[${index}]: ${detail}` })
    return read ?? []
  })
}

/** What nearly every value is, read without its schema; undefined for what deserves a closer look. */
function plainValue(given: unknown): ReadValue | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const { kind, value, time } = given as Body
  if (typeof kind !== 'string' || typeof value !== 'number' || !Object.hasOwn(ranges, kind)) return undefined
  const known = kind as ReadingKind
  if (!(value >= ranges[known].least && value <= ranges[known].most)) return undefined
  if (time !== undefined && !isInstant(time)) return undefined
  return { kind: known, value, deviceTime: time ?? null, clamped: false }
}

const Value = Type.Object(ReadingsMessage.properties.values.items.properties)

function readValue(value: unknown, problems: Problem[]): ReadValue | undefined {
  if (typeof value !== 'object' || value === null) {
    problems.push({ reason: 'bad_value', detail: 'is no reading' })
    return undefined
  }
  const time = (value as Body)['time']
  const body = time !== undefined && !isInstant(time) ? { ...value, time: 'bad' } : { ...value }
  const good = salvaged(Value, body, problems)
  if (good === undefined) return undefined
  const { least, most, limit } = ranges[good.kind]
  if (good.value < least || good.value > limit) {
    problems.push({ reason: 'bad_value', detail: outOfRange(good.kind) })
    return undefined
  }
  const clamped = good.value > most
  return {
    kind: good.kind,
    value: clamped ? most : good.value,
    deviceTime: good.time ?? null,
    clamped,
  }
}

function outOfRange(kind: ReadingKind): string {
  const { least, limit } = ranges[kind]
  return `${kind} is outside of ${least} to ${limit} ${readingUnits[kind]}`
}
