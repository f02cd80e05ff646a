// What the command was asked, checked before anything is read: each refusal says what to do instead, in both languages.
import { Value } from 'typebox/value'
import { RuleLayers, noChanges } from '#contract/rule-layers.ts'
import { RuleSet } from '#contract/rule-set.ts'
import { localDate, localInstant } from '#domain/occurrence.ts'
import type { Kept } from '../retention/kept.ts'
import type { Span } from './history.ts'
import { earliestReplay, problemOf } from './range.ts'

/** A sentence a person can act on. */
export class Refused extends Error {}

/**
 * The layers in a file, as `GET /api/communities/:id/rules` gives them; a layer that is left out changes nothing.
 * @throws Refused where a number, a name or a bound is not one of ours
 */
export function layersIn(text: string): RuleLayers {
  const given = jsonIn(text)
  const layers = {
    ...noChanges,
    ...given,
    tiers: { ...noChanges.tiers, ...(given['tiers'] as object | undefined) },
  }
  const unknown = [...Object.keys(given).filter((name) => !(name in noChanges)), ...unknownRules(layers)]
  if (unknown.length === 0 && Value.Check(RuleLayers, layers)) return layers
  const errors = Value.Errors(RuleLayers, layers).map(
    ({ instancePath, message }) => `${instancePath} ${message}`,
  )
  const where = [...unknown.map((name) => `/${name}`), ...errors].slice(0, 5).join('; ')
  throw new Refused(`规则文件有问题：${where}。\nSomething in the rules file is not right: ${where}.`)
}

/** A rule that is not one of ours would change nothing, and nobody would know. */
function unknownRules({ community, tiers, homes }: RuleLayers): string[] {
  const changes = { community, ...prefixed('tiers', tiers), ...prefixed('homes', homes) }
  return Object.entries(changes).flatMap(([where, change]) =>
    Object.entries(change as Record<string, object>).flatMap(([part, rules]) => {
      const known = (RuleSet.properties as Record<string, { properties: object }>)[part]?.properties ?? {}
      return Object.keys(rules ?? {}).flatMap((name) => (name in known ? [] : [`${where}/${part}/${name}`]))
    }),
  )
}

const prefixed = (name: string, changes: object) =>
  Object.fromEntries(Object.entries(changes).map(([key, change]) => [`${name}/${key}`, change ?? {}]))

function jsonIn(text: string): Record<string, unknown> {
  const given = parsed(text)
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    // A whole answer of the API carries the layers under their name.
    const { layers } = given as { layers?: Record<string, unknown> }
    return layers ?? (given as Record<string, unknown>)
  }
  throw new Refused('规则文件不是 JSON 对象。\nThe rules file is no JSON object.')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Days = { from: string; to: string }

/** From the beginning of the first day to that of the last one, by the clock of `zone`. @throws Refused */
export function spanOf(
  { from, to }: Days,
  { zone, kept, now }: { zone: string; kept: Kept; now: number },
): Span {
  const span = { fromAt: instantOf(from, zone), untilAt: instantOf(to, zone) }
  switch (problemOf(span, { kept, now })) {
    case undefined:
      return span
    case 'backwards':
      throw new Refused('--from 要早于 --to。\n--from has to be before --to.')
    case 'future':
      throw new Refused(
        `--to 最晚是今天（${localDate(now, zone)}）。\n--to is ${localDate(now, zone)}, today, at the latest.`,
      )
    case 'tooEarly': {
      const earliest = firstWholeDay(earliestReplay(kept, now), zone)
      throw new Refused(
        `历史没有保留那么久：--from 最早是 ${earliest}（保留天数见 RETAIN_READINGS_DAYS、RETAIN_MESSAGES_DAYS、RETAIN_SIGNS_DAYS）。\n` +
          `History is not kept for so long: --from is ${earliest} at the earliest (see RETAIN_READINGS_DAYS, RETAIN_MESSAGES_DAYS, RETAIN_SIGNS_DAYS).`,
      )
    }
  }
}

function instantOf(day: string, zone: string): number {
  try {
    return localInstant(day, '00:00', zone)
  } catch {
    throw new Refused(`${day} 不是日期：请写成 2026-10-01。\n${day} is no day: write it as 2026-10-01.`)
  }
}

const dayMs = 24 * 3_600_000

/** Two days later is two calendar days at most: a day that is cut off at its beginning is none. */
function firstWholeDay(earliest: number, zone: string): string {
  const day = localDate(earliest, zone)
  return localInstant(day, '00:00', zone) >= earliest ? day : localDate(earliest + dayMs, zone)
}
