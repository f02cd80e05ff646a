import { expect, test, type Browser, type Locator, type Page } from '@playwright/test'
import type { DemoResident } from '../../server/contract/demo.ts'
import { playing } from './devices.ts'
import { openHouse, type House } from './house.ts'
import { deskSize, leave, moveDeadlines, pageOf, phoneSize, signIn } from './people.ts'

// Figures of the MIIT rule for elder pages (2021): what is tapped is at least 60 × 60, what is read at least 18 px.
const tapPxMin = 60
const textPxMin = 18

let house: House
let desk: Page

test.beforeAll(async ({ browser }) => {
  house = await openHouse('demo')
  desk = await signIn(browser, house, { login: 'zhaomin', size: deskSize })
  await moveDeadlines(desk, house, 3_000_000)
})
test.afterAll(({ browser }) => leave(browser, house))

async function linkOf(browser: Browser, resident: DemoResident): Promise<Page> {
  const page = await pageOf(browser, phoneSize)
  await page.goto(house.url + resident.href)
  await expect(bigButton(page)).toBeVisible()
  return page
}

const bigButton = (page: Page): Locator => page.getByRole('button', { name: /今天平安/ })
const helpButton = (page: Page): Locator => page.getByRole('button', { name: /我要帮忙/ })
const tick = (page: Page): Locator => page.getByRole('status').filter({ hasText: '收到了' })

/** How many the desk sees accounted for. */
async function counted(): Promise<number> {
  const meter = desk.getByRole('img', { name: /人已有着落/ })
  return Number(/人中 (\d+) 人/.exec((await meter.getAttribute('aria-label')) ?? '')?.[1])
}

/** Every text that is painted and smaller than she can read, as `size text`. */
const smallTexts = (page: Page): Promise<string[]> =>
  page.evaluate((min) => {
    const found: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement: parent, textContent: text } = node
      if (!parent?.checkVisibility() || !text?.trim()) continue
      const px = parseFloat(getComputedStyle(parent).fontSize)
      if (px < min) found.push(`${px} ${text.trim()}`)
    }
    return found
  }, textPxMin)

async function holdFor(page: Page, button: Locator, ms: number): Promise<void> {
  const box = await button.boundingBox()
  if (!box) throw new Error('the button is not on the page')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.waitForTimeout(ms)
  await page.mouse.up()
}

test('her page is made for old hands and eyes: everything to tap is 60 px, everything to read 18 px', async ({
  browser,
}) => {
  const page = await linkOf(browser, playing(house, 'silent'))
  for (const button of await page.getByRole('button').all()) {
    const { width, height } = (await button.boundingBox()) ?? { width: 0, height: 0 }
    expect(Math.min(width, height), await button.innerText()).toBeGreaterThanOrEqual(tapPxMin)
  }
  expect(await smallTexts(page)).toEqual([])
  await expect(page.getByText('演示', { exact: true })).toBeVisible()
})

test('李奶奶 says good morning with one key, sees the tick, and the desk sees her', async ({ browser }) => {
  const resident = playing(house, 'silent')
  const before = await counted()
  const page = await linkOf(browser, resident)
  await page.keyboard.press('Tab')
  await expect(bigButton(page)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(tick(page)).toBeVisible()
  await expect(bigButton(page)).toHaveCount(0)

  await expect.poll(counted).toBe(before + 1)
  await desk.goto(`${house.url}/desk/home/${resident.homeId}`)
  await expect(desk.getByRole('region', { name: resident.name })).toContainText('网页')
  await page.reload()
  await expect(tick(page)).toBeVisible()
})

test('a press while the line is cut is kept and sent again under the same id: one check-in, not two', async ({
  browser,
}) => {
  const before = await counted()
  const page = await linkOf(browser, playing(house, 'early'))
  const sent: { id: string; agoMs: number }[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/resident/check-in'))
      sent.push(request.postDataJSON() as { id: string; agoMs: number })
  })
  await page.route('**/api/resident/check-in', (route) => route.abort(), { times: 1 })
  await bigButton(page).click()
  await expect(page.getByText('记下了，网络好了就送出去')).toBeVisible()
  await expect(bigButton(page)).toBeDisabled()

  await expect(tick(page)).toBeVisible()
  expect(sent).toHaveLength(2)
  expect(sent[1]?.id).toBe(sent[0]?.id)
  // it counts from when she pressed
  expect(sent[1]?.agoMs).toBeGreaterThan(sent[0]?.agoMs ?? 0)
  await expect.poll(counted).toBe(before + 1)
})

test('safety 16: a brushing sleeve calls nobody, a held press calls her steward, she reads who comes, and a further one is told again', async ({
  browser,
}) => {
  const resident = playing(house, 'silent')
  const steward = await signIn(browser, house, { login: 'wanghong', size: phoneSize })
  await steward.getByRole('button', { name: '开始值班' }).click()
  const page = await pageOf(browser, phoneSize)
  const calls: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/resident/sos')) calls.push(request.url())
  })
  await page.goto(house.url + resident.href)

  await helpButton(page).click()
  const asked = page.getByRole('alertdialog', { name: '要人来帮忙吗？' })
  await asked.getByRole('button', { name: '不用，按错了' }).click()
  await expect(asked).toHaveCount(0)
  expect(calls).toEqual([])
  await expect(steward.getByText('现在没有派给您的事')).toBeVisible()

  await holdFor(page, helpButton(page), 1400)
  await expect(page.getByText('已经告诉红管家')).toBeVisible()
  expect(calls).toHaveLength(1)
  const job = steward.getByRole('article', { name: '3号楼 2单元 501' })
  await expect(job).toBeVisible({ timeout: 5000 })
  await expect(job).toContainText(resident.name)
  await expect(desk.getByRole('article', { name: '按了求助 3号楼 2单元 501' })).toBeVisible()

  await steward.getByRole('button', { name: '收到', exact: true }).click()
  await expect(page.getByText('王红知道了')).toBeVisible()
  await steward.getByRole('button', { name: '出发', exact: true }).click()
  await expect(page.getByText('王红正在来看您')).toBeVisible()

  // safety 3: a further call is told again; by keyboard it is asked first, and yes is a call too
  await page.getByRole('button', { name: /再告诉一次/ }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: '是的，我要帮忙' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect.poll(() => calls.length).toBe(2)
  await expect(job).toContainText('按了 2 次求助')
})
