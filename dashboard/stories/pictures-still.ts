// The second half of npm run pictures: every page at the other width, and the empty system, in both themes.
import { join } from 'node:path'
import { chromium, type Browser } from '@playwright/test'
import { demoPassword } from '../../server/demo/staff.ts'
import { browserForTests } from '../../server/testing/browser/browser.mjs'
import { openHouse, type House } from './house.ts'

const folder = join(import.meta.dirname, '../../docs/images')
const desk = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }

type Still = { name: string; path: string; login?: string; size: typeof desk }

async function take(browser: Browser, house: House, still: Still): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      viewport: still.size,
      colorScheme,
      locale: 'zh-CN',
      timezoneId: 'Asia/Shanghai',
    })
    if (still.login)
      await context.request.post(`${house.url}/api/sign-in`, {
        data: { login: still.login, password: demoPassword },
        headers: { origin: house.url },
      })
    const page = await context.newPage()
    await page.goto(house.url + still.path)
    await page.waitForLoadState('networkidle').catch(() => undefined)
    await page.waitForTimeout(1500)
    await page.screenshot({ path: join(folder, `${still.name}-${colorScheme}.png`) })
    await context.close()
  }
}

const browser = await chromium.launch(await browserForTests())
const empty = await openHouse('empty')
try {
  await take(browser, empty, { name: 'first-run', path: '/first-run', size: desk })
  await take(browser, empty, { name: 'first-run-phone', path: '/first-run', size: phone })
} finally {
  await empty.close()
}
const demo = await openHouse('demo')
try {
  const href = demo.world.residents.find((one) => one.part === 'silent')?.href ?? ''
  const home = demo.world.residents.find((one) => one.part === 'co')?.homeId ?? 0
  await take(browser, demo, { name: 'sign-in-phone', path: '/sign-in', size: phone })
  await take(browser, demo, { name: 'resident-wide', path: href, size: desk })
  await take(browser, demo, { name: 'steward-wide', path: '/steward', login: 'wanghong', size: desk })
  await take(browser, demo, {
    name: 'home-sheet-phone',
    path: `/desk/home/${home}`,
    login: 'zhaomin',
    size: phone,
  })
  await take(browser, demo, { name: 'testers-phone', path: '/testers', login: 'zhaomin', size: phone })
  await take(browser, demo, { name: 'demo-phone', path: '/demo', size: phone })
} finally {
  await browser.close()
  await demo.close()
}
