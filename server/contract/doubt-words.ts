// What is doubtful about a sensor, and what a home is without, each in one sentence.
import type { AirDoubt, Danger } from './incident.ts'
import type { Pair } from './labels.ts'
import type { Language } from './primitives.ts'

/** One sentence without its full stop; undefined where nothing is doubtful. */
export function doubtSentence(doubts: readonly AirDoubt[], language: Language): string | undefined {
  if (doubts.length === 0) return undefined
  const list = doubts.map((doubt) => words[doubt][language])
  return language === 'zh'
    ? `探测器存疑（${list.join('、')}）：报危险照样当真，说干净不算数`
    : `the sensor is in doubt (${list.join(', ')}): believed when it warns, not when it says clean`
}

const words: Record<AirDoubt, Pair> = {
  stuck: { zh: '读数很久一点没变', en: 'its reading has not moved for long' },
  cached: { zh: '可能是重发的旧读数', en: 'an old reading may have been sent again' },
  clamped: { zh: '读数已到量程顶，实际可能更高', en: 'at the end of its range, the air may be worse' },
  warmup: { zh: '还在预热', en: 'warming up' },
  fault: { zh: '自报故障', en: 'it reports a fault' },
  endOfLife: { zh: '已到寿命', en: 'at its end of life' },
  tamper: { zh: '被动过或换过', en: 'moved or exchanged' },
  test: { zh: '期间做过自检', en: 'tested meanwhile' },
}

/** What nobody would notice in this home now: 「现在未监护：一氧化碳」. Undefined where everything is watched. */
export function coverSentence(
  cover: { unprotected?: readonly Danger[] | undefined; blind?: boolean | undefined },
  language: Language,
): string | undefined {
  const { unprotected = [], blind = false } = cover
  const say = (zh: string, en: string) => (language === 'zh' ? zh : en)
  const list = unprotected.map((danger) => dangers[danger][language]).join(say('、', ' and '))
  const parts = [
    ...(unprotected.length > 0 ? [say(`这户现在未监护：${list}`, `this home is unprotected: ${list}`)] : []),
    ...(blind
      ? [say('这户监测中断，报平安收不到', 'monitoring of this home is lost: no greeting can come')]
      : []),
  ]
  return parts.length > 0 ? parts.join(say('；', '; ')) : undefined
}

const dangers: Record<Danger, Pair> = {
  co: { zh: '一氧化碳', en: 'carbon monoxide' },
  gas: { zh: '燃气', en: 'gas' },
}
