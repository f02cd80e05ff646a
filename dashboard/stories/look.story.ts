import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test'
import type AxeBuilder from 'axe-core'
import { demoPassword } from '../../server/demo/staff.ts'
import { deviceOf, playing, say } from './devices.ts'
import { openHouse, type House } from './house.ts'
import { askNeighboursFirst, deskSize, leave, moveDeadlines, phoneSize, signIn, type Size } from './people.ts'

/** The rules are put in by their text: the pages' own policy lets no foreign script in, and shall not. */
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let house: House

test.beforeAll(async ({ browser }) => {
  house = await openHouse('demo')
  const resident = playing(house, 'co')
  await say(house, deviceOf(house, resident, 'co'), 'readings', { values: [{ kind: 'co', value: 342 }] })
  const desk = await signIn(browser, house, { login: 'zhaomin', size: deskSize })
  await expect(desk.getByRole('article').filter({ hasText: resident.name })).toBeVisible()
  await askNeighboursFirst(desk, house)
  const silent = playing(house, 'silent')
  await moveDeadlines(desk, house, { dueInMs: 1000, residentIds: [silent.id] })
  await expect(desk.getByRole('article').filter({ hasText: silent.name })).toBeVisible()
  await desk.context().close()
})
test.afterAll(({ browser }) => leave(browser, house))

type Look = { name: string; path: () => string; login: string; ready: (page: Page) => Promise<void> }

const shows = (text: string | RegExp) => (page: Page) =>
  expect(page.getByText(text).filter({ visible: true }).first()).toBeVisible()
const pages: readonly Look[] = [
  { name: 'sign-in', path: () => '/sign-in', login: '', ready: shows('点一个人，就以这个人登录') },
  {
    name: 'resident',
    path: () => playing(house, 'silent').href,
    login: '',
    ready: shows('我要帮忙'),
  },
  { name: 'desk', path: () => '/desk', login: 'zhaomin', ready: shows('一氧化碳') },
  {
    name: 'home sheet',
    path: () => `/desk/home/${playing(house, 'co').homeId}`,
    login: 'zhaomin',
    ready: async (page) => expect(page.getByRole('dialog').getByRole('heading').nth(2)).toBeVisible(),
  },
  { name: 'alarms', path: () => '/desk/alarms', login: 'zhaomin', ready: shows('每个人手上') },
  { name: 'rules', path: () => '/rules', login: 'zhaomin', ready: shows('先问谁，再派谁') },
  { name: 'steward', path: () => '/steward', login: 'wanghong', ready: shows('342') },
  {
    name: 'neighbour',
    path: () => '/steward',
    login: 'zhouayi',
    ready: shows(/李奶奶(今天还|好久)没有报平安/),
  },
  { name: 'family', path: () => '/steward', login: 'chenlin', ready: shows(/李奶奶(今天还|好久)没有报平安/) },
  { name: 'demo', path: () => '/demo', login: 'zhaomin', ready: shows('让它自己演') },
  { name: 'testers', path: () => '/testers', login: 'zhaomin', ready: shows('测试台') },
]

async function contextOf(browser: Browser, login: string, size: Size): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: size,
    bypassCSP: true,
    reducedMotion: 'reduce',
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  })
  if (login === '') return context
  const reply = await context.request.post(`${house.url}/api/sign-in`, {
    data: { login, password: demoPassword },
    headers: { origin: house.url },
  })
  expect(reply.status()).toBe(200)
  return context
}

/** What hinders somebody, as `rule: where`. */
async function hindrances(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof AxeBuilder }).axe.run(document, {
      resultTypes: ['violations'],
      iframes: false,
    }),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, any }) => `${id}: ${target.join(' ')} ${any[0]?.message ?? ''}`),
    )
}

test('a disk that fills up and a clock that was put back are told on every page of staff, in both languages', async ({
  browser,
}) => {
  for (const { path, login, ready } of pages.filter(({ name }) =>
    /desk|alarms|rules|steward|testers/.test(name),
  )) {
    const context = await contextOf(browser, login, phoneSize)
    await context.route('**/api/health', async (route) => {
      const health = (await (await route.fetch()).json()) as object
      const disk = { state: 'full', freeBytes: 200 * 2 ** 20 }
      await route.fulfill({ json: { ...health, disk, clockBehindMs: 2 * 3_600_000 } })
    })
    const page = await context.newPage()
    await page.goto(house.url + path())
    await expect(page.getByText('磁盘几乎满了')).toBeVisible()
    await expect(page.getByText('服务器的时钟被拨慢了')).toBeVisible()
    await ready(page)
    expect(await hindrances(page)).toEqual([])
    await context.close()
  }
  const english = await contextOf(browser, 'zhaomin', deskSize)
  await english.route('**/api/health', async (route) => {
    const health = (await (await route.fetch()).json()) as object
    await route.fulfill({ json: { ...health, disk: { state: 'low', freeBytes: 2 ** 30 } } })
  })
  await english.route('**/api/me', async (route) => {
    const me = (await (await route.fetch()).json()) as object
    await route.fulfill({ json: { ...me, language: 'en' } })
  })
  const page = await english.newPage()
  await page.goto(`${house.url}/desk`)
  await expect(page.getByText('The disk is getting full')).toBeVisible()
  await english.close()
})

// Before the pages: opening the demo begins its story, which takes this danger off the board.
test('the desk is used without a mouse: the first act of the board, a house by its doors, and Escape back to the map', async ({
  browser,
}) => {
  const desk = await signIn(browser, house, { login: 'zhaomin', size: deskSize })
  const card = desk.getByRole('article').filter({ hasText: playing(house, 'co').name })
  const act = card.getByRole('button').nth(1)
  await expect(act).toBeVisible()
  await tabTo(desk, () => act.evaluate((one) => one === document.activeElement))
  await desk.keyboard.press('Enter')
  await expect(desk.getByRole('dialog')).toBeVisible()
  await desk.keyboard.press('Escape')
  await expect(desk.getByRole('dialog')).toHaveCount(0)
  await expect(act).toBeFocused()

  const building = desk.getByRole('button', { name: /^3号楼 · / })
  await building.focus()
  await desk.keyboard.press('Enter')
  const doors = desk.getByRole('grid', { name: '方向键移动，回车打开这一户' })
  await expect(doors).toBeVisible()
  const isAtADoor = () => doors.evaluate((grid) => grid.contains(document.activeElement))
  await tabTo(desk, isAtADoor)
  const nameOfDoor = () => desk.evaluate(() => document.activeElement?.getAttribute('aria-label'))
  const first = await nameOfDoor()
  await desk.keyboard.press('ArrowDown')
  await expect.poll(nameOfDoor).not.toBe(first)
  await desk.keyboard.press('Enter')
  await expect(desk).toHaveURL(/\/desk\/home\/\d+$/)
  await desk.keyboard.press('Escape')
  await expect(desk).toHaveURL(/\/desk$/)
  await doors.locator('[tabindex="0"]').focus()
  await desk.keyboard.press('Escape')
  await expect(doors).toHaveCount(0)
  await expect(building).toBeFocused()
})

test('a rule is tried on last month before it is saved: on a phone, without a mouse, and nothing is kept of it', async ({
  browser,
}) => {
  const context = await contextOf(browser, 'zhaomin', phoneSize)
  const page = await context.newPage()
  await page.goto(`${house.url}/rules`)
  const longest = page.locator('[data-rule="silence.longestSilenceMin"] input')
  await longest.fill('1440')
  const tryOn = page.getByRole('button', { name: '用上个月试一试' })
  await page.getByLabel('为什么改').focus()
  await tabTo(page, () => tryOn.evaluate((one) => one === document.activeElement))
  await page.keyboard.press('Enter')
  const result = page.getByRole('region', { name: '用上个月试了一遍' })
  await expect(result.getByRole('heading', { name: '用上个月试了一遍' })).toBeFocused({ timeout: 60_000 })
  // a day is shorter than from one good morning to the next: in the invented month nearly everybody would be asked early
  await expect(result.getByRole('heading', { name: /^多提醒的 \d{2,} 起$/ })).toBeVisible()
  await expect(result.getByText(/^新规则：\d+月\d+日 \d\d:\d\d /).first()).toBeVisible()
  expect(await hindrances(page)).toEqual([])
  expect(await scrolledSideways(page)).toBeLessThan(1)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(result).toHaveCount(0)
  await page.reload()
  await expect(longest).toHaveValue('1545')
  await context.close()
})

test('without a mouse a device is shelved from its card, with a reason, stands on the list, and is put back', async ({
  browser,
}) => {
  const resident = playing(house, 'early')
  const device = deviceOf(house, resident, 'button')
  // no battery: the demo's own heartbeats would say each minute that it is well again
  await say(house, device, 'heartbeat', { flags: { fault: true } })
  const desk = await signIn(browser, house, { login: 'zhaomin', size: deskSize })
  const card = desk.getByRole('article').filter({ hasText: resident.name })
  await card.getByRole('button', { name: '更多操作' }).focus()
  await desk.keyboard.press('Enter')
  await desk.getByRole('menuitem', { name: '搁置或停用' }).press('Enter')
  await expect(desk).toHaveURL(/\/desk\/alarms$/)
  const shelve = desk.getByRole('button', { name: new RegExp(`^搁置 · ${resident.label}`) })
  await shelve.press('Enter')
  const form = desk.getByRole('dialog', { name: /^搁置 · / })
  await form.getByRole('button', { name: '搁置', exact: true }).press('Enter')
  await expect(form.getByText('请填写')).toBeVisible()
  await form.getByLabel('原因').fill('师傅在换电池')
  await desk.keyboard.press('Enter')
  await expect(desk.getByText('师傅在换电池')).toBeVisible()
  await expect(card).toHaveCount(0)
  await expect(desk.getByRole('link', { name: /搁置 1 项/ })).toBeVisible()
  await desk.getByRole('button', { name: new RegExp(`^恢复提醒 ${resident.label}`) }).press('Enter')
  await expect(card).toBeVisible()
  await expect(desk.getByRole('link', { name: /搁置 1 项/ })).toHaveCount(0)
  await desk.keyboard.press('Escape')
  await expect(desk).toHaveURL(/\/desk$/)
  await desk.context().close()
})

test('who only looks on sees no button that would be refused, and behind a sheet on a phone nothing is reached', async ({
  browser,
}) => {
  await say(house, deviceOf(house, playing(house, 'early'), 'button'), 'heartbeat', { battery: 4 })
  const context = await contextOf(browser, 'zhaomin', phoneSize)
  await context.route('**/api/me', async (route) => {
    const me = (await (await route.fetch()).json()) as object
    await route.fulfill({ json: { ...me, roles: ['supervisor'] } })
  })
  const page = await context.newPage()
  await page.goto(`${house.url}/desk/alarms`)
  await expect(page.getByText('搁置、停用和恢复都由值班台来做，督导在这里只看。')).toBeVisible()
  await expect(page.getByRole('button', { name: /^(搁置|停用|恢复提醒)/ })).toHaveCount(0)
  const isOutside = () => document.activeElement?.closest('.bar, .board, .tabs') !== null
  for (let pressed = 0; pressed < 12; pressed++) {
    await page.keyboard.press('Tab')
    expect(await page.evaluate(isOutside)).toBe(false)
  }
  await page.goto(`${house.url}/desk/home/${playing(house, 'co').homeId}`)
  await expect(page.getByText('这里是个人情况，只给值班台看。')).toBeVisible()
  await page.goto(`${house.url}/rules`)
  await expect(page.locator('[data-rule="silence.longestSilenceMin"] input')).toBeDisabled()
  await context.close()
})

for (const { name, path, login, ready } of pages) {
  test(`nothing on the page hinders anybody: ${name}, wide and narrow, by day and by night`, async ({
    browser,
  }) => {
    const found: string[] = []
    for (const size of [deskSize, phoneSize]) {
      const context = await contextOf(browser, login, size)
      const page = await context.newPage()
      await page.goto(house.url + path())
      await ready(page)
      // the colours of the night are the same at every width
      const themes = size === deskSize ? (['light', 'dark'] as const) : (['light'] as const)
      for (const colorScheme of themes) {
        await page.emulateMedia({ colorScheme })
        // the resident's page has its one dawn, whatever the hour
        const theme = () => page.evaluate(() => document.documentElement.dataset['theme'])
        await expect.poll(async () => (await theme()) ?? colorScheme).toBe(colorScheme)
        await settledColours(page)
        const where = `${size.width} ${colorScheme}`
        found.push(...(await hindrances(page)).map((one) => `${where} ${one}`))
      }
      const sideways = await scrolledSideways(page)
      if (sideways >= 1)
        found.push(`${size.width} scrolls sideways by ${sideways} px: ${await tooFarRight(page)}`)
      await context.close()
    }
    expect(found).toEqual([])
  })
}

/** How far the page goes when it is pushed: `scrollWidth` counts half a pixel that nobody can scroll to as one. */
const scrolledSideways = (page: Page): Promise<number> =>
  page.evaluate(() => {
    scrollTo(innerWidth, scrollY)
    const far = scrollX
    scrollTo(0, scrollY)
    return far
  })

/** What reaches beyond the right edge, the widest first. */
const tooFarRight = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const rights = [...document.querySelectorAll('*')].map((one) => ({
      name: `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''}`,
      right: one.getBoundingClientRect().right,
    }))
    const beyond = rights.filter(({ right }) => right > innerWidth).sort((a, b) => b.right - a.right)
    return beyond
      .slice(0, 5)
      .map(({ name, right }) => `${name} ${right.toFixed(1)}`)
      .join(', ')
  })

/**
 * A colour on its way from one theme to the other is no colour of either: every transition is brought to its end,
 * and those that its end begins. Waiting for them can take for ever, as a page that draws nothing ends none.
 */
const settledColours = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const running = () => document.getAnimations().filter((one) => one instanceof CSSTransition)
    for (let layer = 0; layer < 20 && running().length > 0; layer++) running().forEach((one) => one.finish())
  })

/** As many as a patient person would press; a page of thirty controls is one of ours. */
const tabsMax = 60

async function tabTo(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  for (let pressed = 0; pressed < tabsMax; pressed++) {
    if (await isThere()) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`not reached with ${tabsMax} presses of Tab`)
}
