// People of a story at their own browsers.
import { expect, type Browser, type Page } from '@playwright/test'
import { demoPassword } from '../../server/demo/staff.ts'
import type { House } from './house.ts'

export type Size = { width: number; height: number }
export const deskSize: Size = { width: 1440, height: 900 }
export const phoneSize: Size = { width: 390, height: 844 }

/** Signs in by the page, as a person does, and fails on any error that the page throws. */
export async function signIn(
  browser: Browser,
  house: House,
  who: { login: string; size: Size },
): Promise<Page> {
  const page = await pageOf(browser, who.size)
  await page.goto(`${house.url}/sign-in`)
  await page.getByRole('textbox', { name: /账号/ }).fill(who.login)
  await page.getByLabel(/密码/).first().fill(demoPassword)
  await page.getByRole('button', { name: /登录/ }).click()
  await expect(page).not.toHaveURL(/sign-in/)
  return page
}

export async function pageOf(browser: Browser, size: Size): Promise<Page> {
  const context = await browser.newContext({ viewport: size })
  const page = await context.newPage()
  page.on('pageerror', (error) => {
    throw error
  })
  return page
}

/** The story is over: nobody's page stays open to ask a closed house again every second, beside the next story. */
export async function leave(browser: Browser, house: House | undefined): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()))
  await house?.close()
}

/**
 * An act of a signed-in page outside of what it shows: puts the demo's deadlines near the present, of all or of these.
 */
export async function moveDeadlines(
  page: Page,
  house: House,
  due: number | { dueInMs: number; residentIds: readonly number[] },
): Promise<void> {
  await post(page, house, '/api/demo/deadlines', typeof due === 'number' ? { dueInMs: due } : due)
}

/** The demo sends its stewards at once; here neighbour and family are asked first, as everywhere else. */
export async function askNeighboursFirst(page: Page, house: House): Promise<void> {
  const ladder = { stewardAfterMin: 15, nearbyAfterMin: 0, nearbyOfDeafAfterMin: 0 }
  const url = `/api/communities/${house.world.communityId}/rules`
  await post(page, house, url, { scope: 'community', change: { ladder }, version: 1, note: '先问邻居和家人' })
}

async function post(page: Page, house: House, path: string, data: object): Promise<void> {
  const reply = await page.request.post(`${house.url}${path}`, { data, headers: { origin: house.url } })
  expect(reply.status()).toBe(200)
}
