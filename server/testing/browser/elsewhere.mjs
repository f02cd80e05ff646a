import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'
import process from 'node:process'

/** Playwright's own headless shell or Chromium of the right revision, if somebody installed it. */
export function playwrightsOwnBrowser() {
  const { chromium } = createRequire(import.meta.url)('@playwright/test')
  const full = chromium.executablePath()
  const folder = revisionFolder(full)
  return (folder && headlessShell(folder)) ?? (existsSync(full) ? full : undefined)
}

/** …/chromium-1255/chrome-linux64/chrome → …/chromium-1255 */
function revisionFolder(executable) {
  for (let path = executable; path !== dirname(path); path = dirname(path)) {
    if (/^chromium-\d+$/.test(basename(path))) return path
  }
  return undefined
}

function headlessShell(folder) {
  const shells = join(dirname(folder), basename(folder).replace('chromium-', 'chromium_headless_shell-'))
  const names = ['chrome-headless-shell', 'headless_shell', 'chrome-headless-shell.exe', 'headless_shell.exe']
  return subfolders(shells)
    .flatMap((inner) => names.map((name) => join(shells, inner, name)))
    .find((path) => existsSync(path))
}

function subfolders(path) {
  return existsSync(path) ? readdirSync(path) : []
}

/** Chrome, Edge or Chromium where its installer puts it. */
export function installedBrowser() {
  return candidates().find((path) => existsSync(path))
}

function candidates() {
  if (process.platform === 'darwin') return macCandidates
  if (process.platform === 'win32') return windowsCandidates()
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return linuxNames.flatMap((name) => folders.map((folder) => join(folder, name)))
}

const linuxNames = [
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'chromium',
  'chromium-browser',
]

const macCandidates = ['Google Chrome', 'Microsoft Edge', 'Chromium'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
)

function windowsCandidates() {
  const below = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map((name) => process.env[name] ?? '')
  const programs = [
    ['Google', 'Chrome', 'Application', 'chrome.exe'],
    ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
    ['Chromium', 'Application', 'chrome.exe'],
  ]
  return below.filter(Boolean).flatMap((folder) => programs.map((program) => join(folder, ...program)))
}
