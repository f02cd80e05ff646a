import type { Language } from '#contract/primitives.ts'
import { language } from '../i18n/language.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

/** 08:04, in the community's zone. */
export const clockText = (at: number, zone: string): string =>
  format(at, zone, { hour: '2-digit', minute: '2-digit' })

/** 08:04:31. */
export const clockSecondsText = (at: number, zone: string): string =>
  format(at, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** 2026-11-22, the day it is in the community's zone. */
export function dayOf(at: number, zone: string): string {
  const parts = formatOf('en-CA', zone, { year: 'numeric', month: '2-digit', day: '2-digit' })
  return parts.format(at)
}

/** Today's times as 08:04, yesterday's as 昨天 21:36, older ones as 11-19 21:36. */
export function whenText(at: number, zone: string, nowAt: number): string {
  const day = dayOf(at, zone)
  const time = clockText(at, zone)
  if (day === dayOf(nowAt, zone)) return time
  if (day === dayOf(nowAt - dayMs, zone)) return `${language.value === 'zh' ? '昨天' : 'yesterday'} ${time}`
  return `${day.slice(5)} ${time}`
}

const dayMs = 24 * 3_600_000

/** 11月22日 星期日, Sunday 22 November. */
export const longDayText = (at: number, zone: string, language: Language): string =>
  formatOf(language === 'zh' ? 'zh-CN' : 'en-GB', zone, {
    month: 'long',
    day: 'numeric',
    weekday: 'long',
  }).format(at)

/** 11月22日, 22 Nov. */
export const shortDayText = (at: number, zone: string, language: Language): string =>
  formatOf(language === 'zh' ? 'zh-CN' : 'en-GB', zone, { month: 'short', day: 'numeric' }).format(at)

/** 1:48 until (or since) an instant; never negative. */
export function countdownText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = String(seconds % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

const format = (at: number, zone: string, options: Intl.DateTimeFormatOptions): string =>
  formatOf('en-GB', zone, { ...options, hourCycle: 'h23' }).format(at)

/** Making a format costs a hundred times more than using it. */
function formatOf(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}|${zone}|${Object.entries(options).join()}`
  let known = formats.get(key)
  if (!known) formats.set(key, (known = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })))
  return known
}
