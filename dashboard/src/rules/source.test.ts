import { expect, test } from 'vitest'
import { defaultRules } from '#contract/rule-set.ts'
import { ruleLines } from '#contract/rule-layers.ts'
import { sourceText } from './source.ts'

test('a desk reads standards and rules of safety, each in its own language', () => {
  expect(sourceText('EN 50291-1: 60-90 min; UL 2034 70 ppm: 60-240 min', 'zh')).toBe(
    'EN 50291-1、UL 2034 70 ppm',
  )
  expect(sourceText('safety 5; EN 50291-1: within 3 min', 'zh')).toBe('安全规则 5、EN 50291-1')
  expect(sourceText('safety 18 (phone first); within 26 h of the last sign', 'en')).toBe(
    'safety rule 18 (phone first)',
  )
  expect(sourceText('WHO and US EPA, facts 1.2', 'zh')).toBe('WHO、US EPA')
  expect(sourceText('facts 1.4', 'en')).toBe('')
})

test('nothing that only its maintainers can look up stands on the page, and no English in a Chinese line', () => {
  for (const { source } of ruleLines(defaultRules, defaultRules)) {
    expect(sourceText(source, 'zh')).not.toMatch(/facts|issue|measured|product|field|guide|must|within|from/)
    expect(sourceText(source, 'en')).not.toMatch(/facts|issue|product/)
  }
})
