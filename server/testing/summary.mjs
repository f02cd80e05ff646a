/** What one runner did, from its own JSON report; `undefined` instead of a report means that it crashed. */
export function vitestTally(report, end) {
  const files = report?.testResults ?? []
  const tests = files.flatMap((file) => file.assertionResults)
  // A file that cannot be loaded, or whose beforeAll throws, fails without any failed test in it.
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  return crashAware('vitest', report, end, {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: tests.filter((test) => test.status === 'failed').length + brokenFiles.length,
    skipped: tests.filter((test) => !['passed', 'failed'].includes(test.status)).map((test) => test.fullName),
    problems: brokenFiles.map((file) => `${file.name} could not run: ${firstLine(file.message)}`),
  })
}

/** The same for Playwright. A flaky story is a defect: it counts as failed. */
export function playwrightTally(report, end) {
  const tests = (report?.suites ?? []).flatMap((suite) => testsOf(suite, []))
  const named = (status) => tests.filter((test) => test.status === status)
  const errors = report?.errors ?? []
  return crashAware('browser', report, end, {
    passed: named('expected').length,
    failed: named('unexpected').length + named('flaky').length + errors.length,
    skipped: named('skipped').map((test) => test.name),
    problems: [
      ...named('flaky').map((test) => `${test.name} passed only when tried again`),
      ...errors.map((error) => firstLine(error.message)),
    ],
  })
}

function testsOf(suite, above) {
  const path = [...above, suite.title]
  const own = (suite.specs ?? []).flatMap((spec) =>
    spec.tests.map((test) => ({ name: [...path, spec.title].join(' › '), status: test.status })),
  )
  return [...own, ...(suite.suites ?? []).flatMap((inner) => testsOf(inner, path))]
}

function crashAware(runner, report, { code, reason }, tally) {
  if (report && code === 0 && !reason) return { runner, ...tally }
  const crashed = !report || Boolean(reason) || tally.failed === 0
  if (!crashed) return { runner, ...tally }
  const problem =
    reason ?? (report ? `it ended with code ${code}` : `it ended with code ${code} and no report`)
  return {
    runner,
    ...tally,
    failed: tally.failed + 1,
    problems: [...tally.problems, `${runner}: ${problem}`],
  }
}

/** The closing lines for people and, as the very last, the one for machines; nothing passed is a failure too. */
export function total(tallies, { skippedFails }) {
  const lines = tallies.flatMap((tally) => describe(tally, skippedFails))
  const sum = (count) => tallies.reduce((all, tally) => all + count(tally), 0)
  const passed = sum((tally) => tally.passed)
  const failed = sum((tally) => tally.failed + (skippedFails ? tally.skipped.length : 0))
  return {
    lines: [...lines, `${passed} passed, ${failed} failed`],
    exitCode: failed > 0 || passed === 0 ? 1 : 0,
  }
}

function describe({ runner, passed, failed, skipped, problems }, skippedFails) {
  const note = skippedFails ? 'skipped, which counts as failed under CI' : 'skipped'
  return [
    `${runner}: ${passed} passed, ${failed} failed, ${skipped.length} skipped`,
    ...problems.map((problem) => `  ! ${problem}`),
    ...skipped.map((name) => `  - ${note}: ${name}`),
  ]
}

function firstLine(text) {
  return String(text ?? 'unknown error').split('\n')[0]
}
