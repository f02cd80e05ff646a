// Which rule was reached, in words: the names are those that domain/co.ts and domain/gas.ts write into evidence.
import type { Language } from './primitives.ts'

/** For example 100ppm-10min → 「100 ppm 以上持续 10 分钟」. An unknown name says nothing. */
export function windowWords(window: string, language: Language): string[] {
  const [name = '', cooking] = window.split('+')
  const found = sentences.flatMap(({ pattern, zh, en }) => {
    const match = pattern.exec(name)
    return match ? [fill(language === 'zh' ? zh : en, match)] : []
  })
  if (cooking === undefined) return found
  return [
    ...found,
    language === 'zh' ? '像是做饭引起，仍须查看' : 'looks like cooking, to be checked all the same',
  ]
}

const fill = (sentence: string, match: RegExpExecArray) =>
  sentence.replaceAll(/\$(\d)/g, (_, index: string) => match[Number(index)] ?? '')

const sentences: readonly { pattern: RegExp; zh: string; en: string }[] = [
  {
    pattern: /^(\d[\d.]*)ppm-(\d[\d.]*)min$/,
    zh: '$1 ppm 以上持续 $2 分钟',
    en: '$1 ppm or more for $2 min',
  },
  {
    pattern: /^(\d[\d.]*)ppm-(\d[\d.]*)h$/,
    zh: '$2 小时平均达到 $1 ppm',
    en: '$1 ppm or more on average over $2 h',
  },
  { pattern: /^(\d[\d.]*)ppm$/, zh: '读数达到 $1 ppm', en: 'a reading of $1 ppm or more' },
  {
    pattern: /^cohb-(\d[\d.]*)$/,
    zh: '吸入量估计使血中一氧化碳达到 $1%',
    en: 'estimated COHb of $1 % or more',
  },
  {
    pattern: /^cohb-active-(\d[\d.]*)$/,
    zh: '若在活动，血中一氧化碳可能达到 $1%',
    en: 'COHb may be $1 % if active',
  },
  {
    pattern: /^(\d[\d.]*)%LEL-(\d[\d.]*)min$/,
    zh: '持续 $2 分钟不低于 $1 %LEL',
    en: '$1 %LEL or more for $2 min',
  },
  { pattern: /^(\d[\d.]*)%LEL-twice$/, zh: '两次达到 $1 %LEL', en: 'twice at $1 %LEL or more' },
  { pattern: /^(\d[\d.]*)%LEL$/, zh: '读数达到 $1 %LEL', en: 'a reading of $1 %LEL or more' },
  {
    pattern: /^rise-(\d[\d.]*)%LEL\/min$/,
    zh: '每分钟上升超过 $1 %LEL',
    en: 'rising by more than $1 %LEL a minute',
  },
]
