import { expect, test, type Page } from '@playwright/test'
import { openHouse, type House } from './house.ts'
import { deskSize, leave, pageOf, phoneSize } from './people.ts'

/** A newcomer waits no longer than this before something moves (product goal). */
const beginsWithinMs = 10_000

let house: House
let page: Page

test.beforeAll(async ({ browser }) => {
  house = await openHouse('demo')
  page = await pageOf(browser, deskSize)
})
test.afterAll(({ browser }) => leave(browser, house))

const storyState = async (): Promise<string> => {
  const reply = await page.request.get(`${house.url}/api/demo`)
  const { story } = (await reply.json()) as { story: { state: string } }
  return story.state
}

test('safety 17: a newcomer opens the house and within ten seconds a morning plays by itself, marked as a demo on every side', async () => {
  await page.goto(house.url)
  await expect(page).toHaveURL(/\/demo$/)
  await expect.poll(storyState, { timeout: beginsWithinMs }).toBe('running')

  await expect(page.getByText('演示', { exact: true })).toBeVisible()
  const desk = page.frameLocator('iframe[title="赵敏在值班台"]')
  const phone = page.frameLocator('iframe[title="王红的手机"]')
  await expect(desk.getByText('幸福里', { exact: true }).first()).toBeVisible()
  await expect(desk.getByText(/\/ 60 人已有着落/)).toBeVisible()
  await expect(desk.getByText('演示', { exact: true }).first()).toBeVisible()
  await expect(phone.getByText('王红', { exact: true })).toBeVisible()
  await expect(phone.getByText('现在没有派给您的事')).toBeVisible()

  // the greetings of the morning arrive while one looks on
  await expect(page.getByRole('listitem').filter({ hasText: '问早' })).toHaveAttribute('aria-current', 'step')
  await expect(desk.getByRole('img', { name: /60 人中 ([2-9]|\d\d) 人已有着落/ })).toBeVisible()
})

test('on a phone the two sides of the demo are tabs, and nothing is cut off', async ({ browser }) => {
  const small = await pageOf(browser, phoneSize)
  await small.goto(`${house.url}/demo`)
  const [desk, phone] = [
    small.frameLocator('iframe[title="赵敏在值班台"]'),
    small.frameLocator('iframe[title="王红的手机"]'),
  ]
  await expect(small.getByRole('tab', { name: '值班台' })).toHaveAttribute('aria-selected', 'true')
  await expect(desk.getByRole('tab', { name: '地图' })).toBeVisible()
  await expect(phone.getByText('王红', { exact: true })).toBeHidden()

  await small.getByRole('tab', { name: '红管家手机' }).click()
  await expect(phone.getByText('王红', { exact: true })).toBeVisible()
  await expect(desk.getByRole('tab', { name: '地图' })).toBeHidden()
  expect(await small.evaluate(() => document.documentElement.scrollWidth)).toBe(phoneSize.width)
})
