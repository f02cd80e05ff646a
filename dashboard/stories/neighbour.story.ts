import { expect, test, type Page } from '@playwright/test'
import { playing } from './devices.ts'
import { openHouse, type House } from './house.ts'
import { askNeighboursFirst, deskSize, leave, moveDeadlines, phoneSize, signIn } from './people.ts'

let house: House

test.beforeAll(async () => {
  house = await openHouse('demo')
})
test.afterAll(({ browser }) => leave(browser, house))

/** Long after her usual hour the service asks because it has been too long. */
const asked = /李奶奶(今天还|好久)没有报平安/
const card = (desk: Page) => desk.getByRole('article').filter({ hasText: '李秀英' })

test('the neighbour is asked, goes, finds nobody, looks again and has seen her; the daughter and the desk see each word', async ({
  browser,
}) => {
  const desk = await signIn(browser, house, { login: 'zhaomin', size: deskSize })
  await askNeighboursFirst(desk, house)
  const neighbour = await signIn(browser, house, { login: 'zhouayi', size: phoneSize })
  await expect(neighbour.getByText('现在没有要问您的事')).toBeVisible()
  await neighbour.getByRole('button', { name: '打开响铃' }).click()
  const daughter = await signIn(browser, house, { login: 'chenlin', size: phoneSize })
  await moveDeadlines(desk, house, { dueInMs: 4000, residentIds: [playing(house, 'silent').id] })

  await expect(neighbour.getByRole('heading', { name: asked })).toBeVisible({
    timeout: 30_000,
  })
  // She hears no telephone (safety 18): the neighbour is asked to look, and nothing of her file is on the page.
  await expect(neighbour.getByText('电话听不到，您能去敲敲门、看一眼吗？')).toBeVisible()
  await expect(neighbour.getByText(/高血压|阿司匹林|138 0000/)).toHaveCount(0)
  await expect(daughter.getByRole('heading', { name: asked })).toBeVisible()

  await neighbour.getByRole('button', { name: '我现在去看看' }).click()
  await expect(daughter.getByText('周阿姨 正在路上')).toBeVisible()
  await expect(card(desk)).toContainText('周阿姨')
  await neighbour.getByRole('button', { name: '敲了门，没人应' }).click()
  await expect(neighbour.getByText(/红管家马上来/)).toBeVisible()

  await neighbour.getByRole('button', { name: '亲眼见到了，人好好的' }).click()
  await neighbour.getByRole('dialog').getByRole('button', { name: '楼道或院子里' }).click()
  await expect(neighbour.getByText('谢谢您，值班台已经知道了。')).toBeVisible()
  await expect(daughter.getByRole('heading', { name: '已经联系上李奶奶了' })).toBeVisible()
  await expect(card(desk)).toContainText('已补报平安')
})

test('the daughter hears by phone that she is not well: everybody is called, with one slip guarded, by keyboard alone', async ({
  browser,
}) => {
  const desk = await signIn(browser, house, { login: 'zhaomin', size: deskSize })
  const daughter = await signIn(browser, house, { login: 'chenlin', size: phoneSize })
  await expect(daughter.getByRole('heading', { name: '已经联系上李奶奶了' })).toBeVisible()
  const help = daughter.getByRole('button', { name: '人不好，快来人！' })
  await help.focus()
  await daughter.keyboard.press('Enter')
  await expect(daughter.getByRole('dialog')).toBeVisible()
  await daughter.keyboard.press('Escape')
  await expect(daughter.getByRole('dialog')).toHaveCount(0)
  await help.focus()
  await daughter.keyboard.press('Enter')
  await daughter.getByRole('dialog').getByLabel('怎么不好').fill('说头晕，起不来')
  await daughter.getByRole('dialog').getByRole('button', { name: '叫人' }).click()
  await expect(daughter.getByText(/已经叫人了/)).toBeVisible()
  await expect(desk.getByText('家人说：人不好，要帮忙')).toBeVisible()
})
