import { defineConfig } from '@playwright/test'
import { browserForTests } from './server/testing/browser/browser.mjs'

const { executablePath, args, env } = await browserForTests()

export default defineConfig({
  testMatch: ['dashboard/stories/**/*.story.ts', 'server/testing/browser/*.story.ts'],
  outputDir: 'test-results',
  // A story starts a database, a broker and a server of its own; two shared cores carry one such house at a time.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    headless: true,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    // without a film of each second, which no failure was ever found by, and which cost the most
    trace: { mode: 'retain-on-failure', screenshots: false },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath, args, env: defined(env) },
  },
})

/** Playwright wants an environment without holes. */
function defined(all: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
