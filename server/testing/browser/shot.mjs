// A picture of a page, to look at: node server/testing/browser/shot.mjs URL out.png --width 390 --height 844
// --theme dark --wait selector --storage state.json --full
import process from 'node:process'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { browserForTests } from './browser.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '800' },
    theme: { type: 'string', default: 'light' },
    wait: { type: 'string' },
    storage: { type: 'string' },
    scale: { type: 'string', default: '1' },
    full: { type: 'boolean', default: false },
  },
})
const [url, out] = positionals
if (!url || !out) throw new Error('usage: node server/testing/browser/shot.mjs URL out.png [--width 390] …')

const browser = await chromium.launch(await browserForTests())
try {
  const page = await open()
  await page.screenshot({ path: out, fullPage: values.full })
} finally {
  await browser.close()
}

async function open() {
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height) },
    deviceScaleFactor: Number(values.scale),
    colorScheme: values.theme === 'dark' ? 'dark' : 'light',
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    ...(values.storage ? { storageState: values.storage } : {}),
  })
  page.on('console', (message) => tell(message.type(), message.text()))
  page.on('pageerror', (error) => tell('error', error.message))
  // not networkidle: a live page never falls silent
  await page.goto(url, { waitUntil: 'load' })
  if (values.wait) await page.waitForSelector(values.wait)
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  return page
}

function tell(kind, text) {
  if (kind === 'error' || kind === 'warning') process.stderr.write(`${kind}: ${text}\n`)
}
