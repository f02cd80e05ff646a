import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test, type Page } from '@playwright/test'

const slices = fileURLToPath(
  new URL('../../../node_modules/@fontsource-variable/noto-sans-sc/', import.meta.url),
)
const style = 'font: 40px "Noto Sans SC Variable", sans-serif; margin: 0; width: 80px'

// Without any font Chromium lays text out and draws nothing; without a Chinese one it draws the same box for every
// character. Every other story would still pass, and every picture would be worthless.
test('the browser of the stories draws Latin and Chinese letters, each its own', async ({ page }) => {
  await page.route('http://fonts.test/**', (route) => {
    const path = new URL(route.request().url()).pathname
    return path === '/'
      ? route.fulfill({ contentType: 'text/html; charset=utf-8', body: letters() })
      : route.fulfill({ body: readFileSync(slices + path) })
  })
  await page.goto('http://fonts.test/')
  await page.evaluate('document.fonts.ready.then(() => undefined)')

  const pictures = await Promise.all(['empty', 'a', 'b', 'li', 'nai'].map((id) => picture(page, id)))
  expect(new Set(pictures).size).toBe(pictures.length)
})

async function picture(page: Page, id: string): Promise<string> {
  return (await page.locator(`#${id}`).screenshot()).toString('base64')
}

function letters(): string {
  const each = { empty: '&nbsp;', a: 'A', b: 'B', li: '李', nai: '奶' }
  const lines = Object.entries(each).map(([id, letter]) => `<p id="${id}" style='${style}'>${letter}</p>`)
  return `<!doctype html><link rel="stylesheet" href="/index.css">${lines.join('')}`
}
