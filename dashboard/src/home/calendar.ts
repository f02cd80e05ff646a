import type { CalendarDay } from '#contract/community.ts'

/** The shape of a day: told apart without colour. */
export const dayMark: Record<CalendarDay['place'], string> = {
  pressed: '✓',
  late: '◐',
  proxy: '◇',
  phoned: '◎',
  visited: '△',
  excused: '–',
  missed: '?',
  none: '',
}

/** Rows of seven days from Monday to Sunday, oldest week first; undefined where the days given do not reach. */
export function calendarWeeks(days: readonly CalendarDay[]): (CalendarDay | undefined)[][] {
  const [first] = days
  if (!first) return []
  const cells: (CalendarDay | undefined)[] = [
    ...Array.from({ length: mondayFirst(first.on) }, () => undefined),
    ...days,
  ]
  const weeks = Array.from({ length: Math.ceil(cells.length / 7) }, (_, week) =>
    cells.slice(week * 7, week * 7 + 7),
  )
  return weeks.map((week) => [...week, ...Array.from({ length: 7 - week.length }, () => undefined)])
}

/** 0 for Monday. A date without a time is the same weekday everywhere. */
const mondayFirst = (on: string): number => (new Date(`${on}T00:00:00Z`).getUTCDay() + 6) % 7

/** Days from one to the other, both counted. */
export const daysCounted = (from: string, until: string): number =>
  Math.round((Date.parse(`${until}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / (24 * 3_600_000)) + 1
