import type { Language } from '#contract/primitives.ts'

/** A standard, a body that sets one, or a rule of safety: what somebody at a desk can look up. */
const publicSource = /^(EN|UL|GB|WHO|safety|Benignus)\b/

/**
 * Where a number comes from, for people at a desk. The whole line of the rule also names what only its maintainers
 * have at hand; '' where that is all.
 */
export function sourceText(source: string, language: Language): string {
  const parts = source.split(/; |, (?=facts)/).filter((part) => publicSource.test(part))
  return parts
    .map((part) => (language === 'zh' ? inChinese(part) : part.replace(/^safety /, 'safety rule ')))
    .join(language === 'zh' ? '、' : '; ')
}

/** What stands behind a colon is said in English; the name of a standard is the same everywhere. */
function inChinese(part: string): string {
  const [name = ''] = part.split(/[:(]| from | must /)
  return name
    .trim()
    .replace(/^safety /, '安全规则 ')
    .replace(' and ', '、')
}
