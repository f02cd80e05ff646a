import { expect, test, type Page } from '@playwright/test'
import { openHouse, type House } from './house.ts'
import { deskSize, leave, pageOf } from './people.ts'

const account = { name: '赵敏', login: 'zhaomin', password: '清晨的窗帘要拉开一点' }

let house: House
let page: Page

test.beforeAll(async ({ browser }) => {
  house = await openHouse('empty')
  page = await pageOf(browser, deskSize)
})
test.afterAll(({ browser }) => leave(browser, house))

const field = (label: string) => page.getByRole('textbox', { name: label, exact: true })

test('an empty system leads to its first account, from there to a desk that says what comes next, and asks at the door ever after', async ({
  browser,
}) => {
  await page.goto(house.url)
  await expect(page).toHaveURL(/\/first-run$/)
  await expect(page.getByRole('heading', { name: '从这里开始' })).toBeVisible()

  // what misses is said at its own place, and nothing is sent
  await field('姓名').fill(account.name)
  await field('账号').fill(account.login)
  await field('密码').fill('太短')
  await field('再写一遍密码').fill(account.password)
  await page.getByRole('button', { name: '建立，进入值班台' }).click()
  await expect(page.getByText('密码至少 10 个字', { exact: true })).toBeVisible()
  await expect(page.getByText('请写社区名称')).toBeVisible()
  await expect(page).toHaveURL(/\/first-run$/)

  await field('密码').fill(account.password)
  await field('社区名称').fill('东园')
  await page.getByRole('button', { name: '建立，进入值班台' }).click()
  await expect(page).toHaveURL(/\/desk$/)
  await expect(page.getByText('东园').first()).toBeVisible()
  await expect(page.getByText('这里会出现楼栋和窗户')).toBeVisible()
  await expect(page.getByText('现在没有要处置的事')).toBeVisible()
  await expect(page.getByText('演示')).toHaveCount(0)

  await page.reload()
  await expect(page.getByText('这里会出现楼栋和窗户')).toBeVisible()

  await page.getByRole('button', { name: /我的 赵敏/ }).click()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  await page.goto(`${house.url}/desk`)
  await expect(page).toHaveURL(/\/sign-in/)

  const refused = await page.request.post(`${house.url}/api/first-run`, {
    data: { ...account, login: 'somebody', community: '和睦里', zone: 'Asia/Shanghai' },
    headers: { origin: house.url },
  })
  expect(refused.status()).toBe(409)
  await pageTold(await pageOf(browser, deskSize))

  await field('账号').fill(account.login)
  await field('密码').fill(account.password)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page).toHaveURL(/\/desk$/)
})

/** Whoever still has the page open from before is told that somebody was first. */
async function pageTold(late: Page): Promise<void> {
  await late.goto(`${house.url}/first-run`)
  for (const [label, text] of [
    ['姓名', '陈静'],
    ['账号', 'chenjing'],
    ['密码', account.password],
    ['再写一遍密码', account.password],
    ['社区名称', '和睦里'],
  ] as const) {
    await late.getByRole('textbox', { name: label, exact: true }).fill(text)
  }
  await late.getByRole('button', { name: '建立，进入值班台' }).click()
  await expect(late.getByRole('alert').filter({ hasText: '系统已经设置好了，请登录。' })).toBeVisible()
}
