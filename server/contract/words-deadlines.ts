// The next deadlines of a pact, in words: shown when it is saved, for the wrong hour is seen sooner than it is read.
import type { Edge, Language } from './primitives.ts'

/** What domain/schedule.ts gives: the day in the community's zone, the half of the day, the agreed hour (HH:MM). */
export type SpokenDeadline = { on: string; edge: Edge; deadline: string }

const weekdays: Record<Language, readonly string[]> = {
  zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** For example 11月23日 周一 早上 8:00 前, or Monday 23 November, by 8:00 in the morning. */
export function deadlineWords({ on, edge, deadline }: SpokenDeadline, language: Language): string {
  const day = new Date(`${on}T00:00:00Z`)
  const weekday = weekdays[language][day.getUTCDay()] ?? ''
  const hour = deadline.replace(/^0/, '')
  if (language === 'zh') {
    const half = edge === 'morning' ? '早上' : '晚上'
    return `${day.getUTCMonth() + 1}月${day.getUTCDate()}日 ${weekday} ${half} ${hour} 前`
  }
  const half = edge === 'morning' ? 'in the morning' : 'in the evening'
  return `${weekday} ${day.getUTCDate()} ${months[day.getUTCMonth()] ?? ''}, by ${hour} ${half}`
}
