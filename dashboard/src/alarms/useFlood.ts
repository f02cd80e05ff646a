import { computed, type ComputedRef } from 'vue'
import type { FloodView } from '#contract/alarms.ts'
import { useDesk } from '../desk/useDesk.ts'
import { language } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { nowAt } from '../time/clock.ts'
import { lengthText } from '../time/length.ts'
import { noticeWords } from './notice-words.ts'

/** Who is flooded, since when and for how long, in one sentence; empty where nobody is. */
export function useFlood(floods: () => readonly FloodView[]): ComputedRef<string> {
  const desk = useDesk()
  const w = useWords(noticeWords)
  return computed(() => {
    const on = floods().filter(({ untilAt }) => untilAt === null)
    if (on.length === 0) return ''
    const sinceAt = Math.min(...on.map((one) => one.sinceAt))
    const names = on.map(({ name }) => name).join(language.value === 'zh' ? '、' : ', ')
    return w.value.flood(names, desk.clock(sinceAt), lengthText(nowAt.value - sinceAt, language.value))
  })
}
