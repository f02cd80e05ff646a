import { join } from 'node:path'
import process from 'node:process'
import { installPackages } from '../../setup/npm.mjs'
import { packagesAreMissing, packagesToInstall } from '../../setup/packages.mjs'
import { cache, root } from '../../setup/places.mjs'
import { PlainProblem } from '../../setup/plain-problem.mjs'
import { runStep } from '../../setup/run-step.mjs'
import { inTurn } from '../../setup/turn.mjs'
import { browserForTests } from './browser.mjs'
import { browserFolder, carriedFits, unpackedChromium } from './unpack.mjs'

const downloadLimitMs = 5 * 60_000

/** Makes a browser for the stories available if it can; whether it could is for browserForTests to say. */
export async function installBrowser() {
  if (process.env['CHROMIUM_PATH']) return
  if (carriedFits()) await installCarried()
  else if (!(await isThere())) await installPlaywrights()
}

async function installCarried() {
  try {
    if (packagesAreMissing(browserFolder, 'full')) await inTurn(installMissing)
    await unpackedChromium()
  } catch (problem) {
    if (!(problem instanceof PlainProblem) || problem.exitCode) throw problem
    process.stdout.write(`${problem.message}\n`)
  }
  if (!(await isThere())) await installPlaywrights()
}

async function installMissing() {
  const packages = packagesToInstall(browserFolder, 'full')
  if (packages)
    await installPackages({ folder: browserFolder, packages, title: 'Installing the test browser' })
}

async function isThere() {
  return browserForTests().then(
    () => true,
    () => false,
  )
}

/** One try: many networks let npm's registry through, and not the place where Playwright keeps its browsers. */
async function installPlaywrights() {
  await runStep({
    title: "Installing Playwright's browser",
    command: process.execPath,
    args: [join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'install', 'chromium-headless-shell'],
    options: { cwd: root, env: process.env },
    logPath: join(cache, 'playwright-install.log'),
    limitMs: downloadLimitMs,
  })
}
