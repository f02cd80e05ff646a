// Festivals on which families gather and homes stand empty: staff collect absences beforehand. No festival pauses a pact.
import { defaultRules } from '#contract/rule-set.ts'
import type { AbsenceRules } from '#contract/rules-device.ts'
import { addDays } from './calendar-day.ts'

export type Festival = {
  /** The day itself. */
  on: string
  zh: string
  en: string
  /** Days off around it, by the arrangement of the State Council; the day itself where that is not known. */
  from: string
  until: string
}

/**
 * `official`: the days off are those of the arrangement that the State Council has published. `days`: the festivals fall
 * on these days (the lunar ones computed), the days off around them are not known yet.
 */
export type Coverage = 'official' | 'days'

const festival = (on: string, zh: string, en: string, from = on, until = on): Festival => ({
  on,
  zh,
  en,
  from,
  until,
})

/**
 * What is known, by year. 2026: the published arrangement. 2027: no arrangement was to be found when this was written
 * (it is published each autumn), so the days themselves; the lunar ones are checked against the Chinese calendar of ICU (festivals.test.ts).
 */
export const festivalYears: Readonly<Record<string, { coverage: Coverage; festivals: readonly Festival[] }>> =
  {
    '2026': {
      coverage: 'official',
      festivals: [
        festival('2026-01-01', '元旦', 'New Year', '2026-01-01', '2026-01-03'),
        festival('2026-02-17', '春节', 'Spring Festival', '2026-02-15', '2026-02-23'),
        festival('2026-04-05', '清明', 'Qingming', '2026-04-04', '2026-04-06'),
        festival('2026-05-01', '劳动节', 'Labour Day', '2026-05-01', '2026-05-05'),
        festival('2026-06-19', '端午', 'Dragon Boat Festival', '2026-06-19', '2026-06-21'),
        festival('2026-09-25', '中秋', 'Mid-Autumn Festival', '2026-09-25', '2026-09-27'),
        festival('2026-10-01', '国庆', 'National Day', '2026-10-01', '2026-10-07'),
      ],
    },
    '2027': {
      coverage: 'days',
      festivals: [
        festival('2027-01-01', '元旦', 'New Year'),
        festival('2027-02-06', '春节', 'Spring Festival'),
        festival('2027-04-05', '清明', 'Qingming'),
        festival('2027-05-01', '劳动节', 'Labour Day'),
        festival('2027-06-09', '端午', 'Dragon Boat Festival'),
        festival('2027-09-15', '中秋', 'Mid-Autumn Festival'),
        festival('2027-10-01', '国庆', 'National Day'),
      ],
    },
  }

export type CalendarNow = {
  /** Festivals for which absences are being collected now, the nearest first. */
  collecting: Festival[]
  /** Years whose festivals are missing, or known without their days off, although it is time to know them. */
  warnings: { year: string; missing: 'everything' | 'daysOff' }[]
}

/** The arrangement is published each autumn: from here on next year's is asked for ('MM-DD', facts 7.2). */
const warnFrom = '11-01'

/** What the calendar asks of staff on this day of the community ('YYYY-MM-DD'). */
export function festivalsAround(on: string, rules: AbsenceRules = defaultRules.absence): CalendarNow {
  const year = on.slice(0, 4)
  const nextYear = String(Number(year) + 1)
  const askedYears = on.slice(5) >= warnFrom ? [year, nextYear] : [year]
  return {
    collecting: [year, nextYear]
      .flatMap((one) => festivalYears[one]?.festivals ?? [])
      .filter(({ from, until }) => addDays(from, -rules.festivalAskDays) <= on && on <= until),
    warnings: askedYears.flatMap((one) => warningOf(one)),
  }
}

function warningOf(year: string): CalendarNow['warnings'] {
  const known = festivalYears[year]
  if (!known) return [{ year, missing: 'everything' }]
  return known.coverage === 'days' ? [{ year, missing: 'daysOff' }] : []
}
