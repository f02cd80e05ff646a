// npm run pictures: plays the demo morning and takes every picture in docs/images, at desk and phone width, in both
// themes. Not a test: people look at what comes out.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from '@playwright/test'
import { demoPassword } from '../../server/demo/staff.ts'
import { browserForTests } from '../../server/testing/browser/browser.mjs'
import { openHouse, type House } from './house.ts'

const folder = join(import.meta.dirname, '../../docs/images')
const themes = ['light', 'dark'] as const
type Theme = (typeof themes)[number]
const widths = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

type Shot = { page: Page; name: string; theme: Theme }

async function signedIn(
  browser: Browser,
  house: House,
  theme: Theme,
  who: { login: string; width: keyof typeof widths },
) {
  const context = await browser.newContext({
    viewport: widths[who.width],
    colorScheme: theme,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  })
  if (who.login)
    await context.request.post(`${house.url}/api/sign-in`, {
      data: { login: who.login, password: demoPassword },
      headers: { origin: house.url },
    })
  return context.newPage()
}

/** The story goes on by its own clock, which a busy machine slows down. */
const waited = { timeout: 240_000 }
async function shows(desk: Page, what: string): Promise<void> {
  await desk.getByRole('article').filter({ hasText: what }).first().waitFor(waited)
  await desk.waitForTimeout(2000)
}

async function take({ page, name, theme }: Shot): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' })
}

async function theme(browser: Browser, house: House, theme: Theme): Promise<void> {
  const open = (login: string, width: keyof typeof widths) =>
    signedIn(browser, house, theme, { login, width })
  const [desk, deskPhone, steward] = [
    await open('zhaomin', 'desk'),
    await open('zhaomin', 'phone'),
    await open('wanghong', 'phone'),
  ]
  const [resident, signIn, demo, testers] = [
    await open('', 'phone'),
    await open('', 'desk'),
    await open('', 'desk'),
    await open('zhaomin', 'desk'),
  ]
  await signIn.goto(`${house.url}/sign-in`)
  await testers.goto(`${house.url}/testers`)
  await resident.goto(`${house.url}${house.world.residents.find((one) => one.part === 'silent')?.href ?? ''}`)
  await desk.goto(`${house.url}/desk`)
  await deskPhone.goto(`${house.url}/desk`)
  await steward.goto(`${house.url}/steward`)
  await demo.goto(`${house.url}/demo`)
  await steward.getByRole('button', { name: '开始值班' }).click()
  await demo.frameLocator('iframe').last().getByRole('button', { name: '开始值班' }).click()
  await desk.request.post(`${house.url}/api/demo/begin`, {
    data: { autoplay: true, again: true },
    headers: { origin: house.url },
  })
  const begun = Date.now()
  const until = (seconds: number) => desk.waitForTimeout(Math.max(0, begun + seconds * 1000 - Date.now()))
  const shoot = (page: Page, name: string) => take({ page, name, theme })

  await until(6)
  await shoot(signIn, 'sign-in')
  await shoot(resident, 'resident')
  await shoot(steward, 'steward-calm')
  await until(20)
  await shoot(desk, 'desk-greetings')
  await shoot(testers, 'testers')
  await shows(desk, '到点没有报平安')
  await shoot(desk, 'desk-missed')
  await shoot(demo, 'demo')
  await shoot(steward, 'steward-missed')
  await shoot(deskPhone, 'desk-phone')
  await shows(desk, '一氧化碳')
  await steward.getByText('一氧化碳报警').first().waitFor(waited)
  await shoot(desk, 'desk-co')
  await shoot(steward, 'steward-co')
  const home = house.world.residents.find((one) => one.part === 'co')?.homeId ?? 0
  await desk.goto(`${house.url}/desk/home/${home}`)
  await desk.waitForTimeout(2500)
  await shoot(desk, 'home-sheet')
  await desk.getByRole('button', { name: '改约定' }).first().click()
  await desk.getByText('接下来的五次').waitFor()
  await shoot(desk, 'pact')
  await desk.goto(`${house.url}/rules`)
  await desk.getByRole('heading', { name: '先问谁，再派谁' }).scrollIntoViewIfNeeded()
  await shoot(desk, 'rules')
}

mkdirSync(folder, { recursive: true })
const browser = await chromium.launch(await browserForTests())
try {
  for (const one of themes) {
    // a house for each: the danger at the end of one morning would stand in the calm pictures of the next
    const house = await openHouse('demo')
    try {
      await theme(browser, house, one)
    } finally {
      await house.close()
    }
  }
} finally {
  await browser.close()
}
