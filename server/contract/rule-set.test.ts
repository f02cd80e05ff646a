import * as fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import type { RiskTier } from './primitives.ts'
import { defaultRules, effectiveRules, RuleChange, RuleSet, tierRules } from './rule-set.ts'
import { ruleLines } from './rule-layers.ts'
import type { Language } from './primitives.ts'

const tiers: readonly RiskTier[] = ['high', 'key', 'general']

test('the defaults keep to their own bounds, for every tier', () => {
  expect(Value.Check(RuleSet, defaultRules)).toBe(true)
  for (const tier of tiers) {
    expect(Value.Check(RuleChange, tierRules[tier])).toBe(true)
    expect(Value.Check(RuleSet, effectiveRules({ tier }))).toBe(true)
  }
})

test('the last word wins: community, then the tier in that community, then the home', () => {
  const community = { silence: { remindBeforeMin: 20 }, ladder: { tries: 4 } }
  const ofTier = { silence: { remindBeforeMin: 15 } }
  const home = { ladder: { tries: 2 } }
  const rules = effectiveRules({ tier: 'key', community, ofTier, home })
  expect(rules.silence.remindBeforeMin).toBe(15)
  expect(rules.ladder.tries).toBe(2)
  expect(rules.co).toEqual(defaultRules.co)
})

test('a number beyond its bounds is refused, not bent', () => {
  expect(() => effectiveRules({ tier: 'key', community: { co: { alarmPpm: 500 } } })).toThrow()
  expect(() => effectiveRules({ tier: 'key', home: { silence: { secondDeadlineMin: 90 } } })).toThrow()
})

test('safety 6, 8: no layer loosens what high risk is owed', () => {
  const loose = {
    silence: { signSoftens: true, blindContactMin: 60 },
    ladder: { stewardAfterMin: 15, nearbyAfterMin: 15, newcomerStewardAfterMin: 60 },
  }
  const rules = effectiveRules({ tier: 'high', community: loose, ofTier: loose, home: loose })
  expect(rules.silence).toMatchObject({ signSoftens: false, blindContactMin: 15 })
  expect(rules.ladder).toMatchObject({ stewardAfterMin: 5, nearbyAfterMin: 5, newcomerStewardAfterMin: 15 })
})

test('safety 5: whatever is set, CO acts no later than EN 50291-1 and one sample of 300 ppm', () => {
  const minutes = fc.double({ min: 0, max: 500, noNaN: true })
  fc.assert(
    fc.property(minutes, minutes, minutes, (alarmAt50Min, alarmAt100Min, alarmPpm) => {
      const change = { co: { alarmAt50Min, alarmAt100Min, alarmPpm } }
      if (!Value.Check(RuleChange, change)) return
      const { co } = effectiveRules({ tier: 'general', home: change })
      expect(co.alarmAt50Min).toBeLessThanOrEqual(90)
      expect(co.alarmAt100Min).toBeLessThanOrEqual(40)
      expect(co.alarmPpm).toBeLessThanOrEqual(300)
    }),
  )
})

test('every number has a sentence in both languages that says it, and a source', () => {
  const lines = ruleLines(defaultRules, defaultRules)
  const said = (language: Language) =>
    lines.map((line) => ({ ...line, text: line[language].replace('{}', String(line.value)) }))
  const [zh, en] = [said('zh'), said('en')]
  expect(zh.length).toBe(en.length)
  for (const { text, value, source, name } of [...zh, ...en]) {
    if (typeof value === 'number') expect(text, name).toContain(String(value))
    expect(text, name).not.toContain('{}')
    expect(source.length, name).toBeGreaterThan(5)
  }
  expect(zh.some(({ text }) => text === '截止前 30 分钟提醒老人')).toBe(true)
})
