// What the festival calendar asks of staff, and how it is said: one quiet line of the desk page.
import { Type, type Static } from 'typebox'
import { LocalDate, type Language } from './primitives.ts'

export const FestivalCalendar = Type.Object({
  /** Festivals for which absences are being collected now, the nearest first. None pauses a pact (safety 10). */
  collecting: Type.Array(
    Type.Object({
      on: LocalDate,
      zh: Type.String(),
      en: Type.String(),
      from: LocalDate,
      until: LocalDate,
    }),
  ),
  /** Years that the service does not know, or not the days off of, although it is time to. */
  warnings: Type.Array(Type.Object({ year: Type.String(), missing: Type.Enum(['everything', 'daysOff']) })),
})
export type FestivalCalendar = Static<typeof FestivalCalendar>

/** Empty where there is nothing to say. */
export function calendarLine({ collecting, warnings }: FestivalCalendar, language: Language): string {
  const say = (zh: string, en: string) => (language === 'zh' ? zh : en)
  const asked = collecting.map(({ zh, en, from, until }) => {
    const [first, last] = [shortDay(from), shortDay(until)]
    const days = first === last ? first : say(`${first} 到 ${last}`, `${first} to ${last}`)
    return say(`${zh}（${days}）快到了：先问好各家外出`, `${en} (${days}): collect the absences beforehand`)
  })
  const missing = warnings.map((warning) =>
    warning.missing === 'everything'
      ? say(`还没有 ${warning.year} 年的节日表`, `the festivals of ${warning.year} are not known yet`)
      : say(`还没有 ${warning.year} 年的放假安排`, `the days off of ${warning.year} are not known yet`),
  )
  return [...asked, ...missing].join(say('；', '; '))
}

/** 02-15 as 2/15. */
const shortDay = (on: string): string => on.slice(5).split('-').map(Number).join('/')
