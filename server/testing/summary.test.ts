import { expect, test } from 'vitest'
import { playwrightTally, total, vitestTally, type Tally } from './summary.mjs'

const wentWell = { code: 0, reason: undefined }
const wentBadly = { code: 1, reason: undefined }

const assertion = (status: string, fullName = 'a test') => ({ status, fullName })
const file = (status: string, assertionResults: unknown[], message = '') => ({
  name: 'server/x.test.ts',
  status,
  message,
  assertionResults,
})
const story = (title: string, status: string) => ({ title, tests: [{ status }] })
const lastLine = (tallies: Tally[], skippedFails = false) => total(tallies, { skippedFails }).lines.at(-1)

test('passed and failed tests of both runners add up to the last line', () => {
  const units = vitestTally(
    { testResults: [file('failed', [assertion('passed'), assertion('passed'), assertion('failed')])] },
    wentBadly,
  )
  const suite = { title: 'morning.story.ts', specs: [story('silent', 'expected')], suites: [] }
  const inner = { title: 'the desk', specs: [story('CO', 'unexpected')] }
  const stories = playwrightTally({ suites: [{ ...suite, suites: [inner] }], errors: [] }, wentBadly)
  expect(lastLine([units, stories])).toBe('3 passed, 2 failed')
  expect(total([units, stories], { skippedFails: false }).exitCode).toBe(1)
})

test('a file that cannot be loaded is a failure although no test in it failed', () => {
  const tally = vitestTally(
    { testResults: [file('passed', [assertion('passed')]), file('failed', [], 'no such module\n at x')] },
    wentBadly,
  )
  expect(tally).toMatchObject({ passed: 1, failed: 1 })
  expect(tally.problems).toEqual(['server/x.test.ts could not run: no such module'])
})

test('a runner that crashes, hangs or writes no report adds a failure', () => {
  const green = { testResults: [file('passed', [assertion('passed')])] }
  expect(vitestTally(undefined, wentBadly)).toMatchObject({ passed: 0, failed: 1 })
  expect(vitestTally(undefined, wentWell)).toMatchObject({ passed: 0, failed: 1 })
  expect(vitestTally(green, wentBadly)).toMatchObject({ passed: 1, failed: 1 })
  const hung = vitestTally(green, { code: 1, reason: 'it did not finish within 15 minutes' })
  expect(hung.problems).toEqual(['vitest: it did not finish within 15 minutes'])
})

test('a story that passes only when tried again counts as failed', () => {
  const report = { suites: [{ title: 'a.story.ts', specs: [story('late', 'flaky')] }], errors: [] }
  expect(playwrightTally(report, wentWell)).toMatchObject({ passed: 0, failed: 1 })
})

test('no story at all is a failure with its reason', () => {
  const tally = playwrightTally({ suites: [], errors: [{ message: 'Error: No tests found' }] }, wentBadly)
  expect(tally).toMatchObject({ passed: 0, failed: 1, problems: ['Error: No tests found'] })
})

test('skipped tests are named, and count as failed where nobody reads the names', () => {
  const tally = vitestTally(
    { testResults: [file('passed', [assertion('passed'), assertion('pending', 'safety 5: two alarms')])] },
    wentWell,
  )
  expect(total([tally], { skippedFails: false }).lines).toContain('  - skipped: safety 5: two alarms')
  expect(lastLine([tally])).toBe('1 passed, 0 failed')
  expect(total([tally], { skippedFails: false }).exitCode).toBe(0)
  expect(lastLine([tally], true)).toBe('1 passed, 1 failed')
  expect(total([tally], { skippedFails: true }).exitCode).toBe(1)
})

test('nothing passed is a failure even if nothing failed', () => {
  const nothing = vitestTally({ testResults: [] }, wentWell)
  expect(total([nothing], { skippedFails: false })).toMatchObject({ exitCode: 1 })
  expect(lastLine([nothing])).toBe('0 passed, 0 failed')
})
