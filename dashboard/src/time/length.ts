import type { Language } from '#contract/primitives.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs

/** How long something lasts, as a person says it: 1 分 12 秒, 4 分, 2 小时 5 分. Seconds only while they matter. */
export function lengthText(ms: number, language: Language): string {
  const length = Math.max(0, ms)
  const [hours, minutes, seconds] = [
    Math.floor(length / hourMs),
    Math.floor(length / minuteMs) % 60,
    Math.floor(length / secondMs) % 60,
  ]
  const words = language === 'zh' ? zh : en
  if (hours >= 24) return words.days(Math.floor(hours / 24))
  if (hours > 0) return minutes > 0 ? `${words.hours(hours)} ${words.minutes(minutes)}` : words.hours(hours)
  if (minutes >= 3) return words.minutes(minutes)
  return minutes > 0 ? `${words.minutes(minutes)} ${words.seconds(seconds)}` : words.seconds(seconds)
}

const zh = {
  days: (count: number) => `${count} 天`,
  hours: (count: number) => `${count} 小时`,
  minutes: (count: number) => `${count} 分`,
  seconds: (count: number) => `${count} 秒`,
}
const en: typeof zh = {
  days: (count) => `${count} d`,
  hours: (count) => `${count} h`,
  minutes: (count) => `${count} min`,
  seconds: (count) => `${count} s`,
}
