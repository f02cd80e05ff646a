import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { routes } from '#contract/routes.ts'
import { createTestApi, type TestApi } from '#testing/api.ts'

let api: TestApi
let dashboardDir: string
beforeAll(async () => {
  dashboardDir = await mkdtemp(join(tmpdir(), 'dashboard-'))
  await mkdir(join(dashboardDir, 'assets'))
  await writeFile(join(dashboardDir, 'index.html'), '<!doctype html><title>窗帘之约</title>')
  await writeFile(join(dashboardDir, 'resident.html'), '<!doctype html><title>今天平安</title>')
  await writeFile(join(dashboardDir, 'assets', 'desk-a1b2c3d4.js'), 'export {}')
  await writeFile(join(dashboardDir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  api = await createTestApi({ config: { dashboardDir, origin: 'https://pact.example.org' } })
})
afterAll(async () => {
  await api.close()
  await rm(dashboardDir, { recursive: true })
})

const json = { 'content-type': 'application/json' }
const language = (headers: Record<string, string>, payload = '{"language":"en"}') =>
  api.app.inject({ method: 'POST', url: '/api/me/language', headers, payload })
const cookieOf = async (person: 'zhao') => {
  const { sessionCookie, beginSession } = await import('./session.ts')
  const session = { personId: api.cast.persons[person], now: api.clock.now(), sessionMs: 60_000 }
  return { cookie: `${sessionCookie}=${await beginSession(api.db, session)}` }
}

test('a page of another site cannot write with our cookie', async () => {
  const cookie = await cookieOf('zhao')
  const evil = { ...cookie, ...json, host: 'pact.local', origin: 'https://evil.example' }
  expect((await language(evil)).statusCode).toBe(403)
  expect((await language({ ...cookie, ...json, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
  expect((await language({ ...cookie, ...json, 'sec-fetch-site': 'same-site' })).statusCode).toBe(403)
  expect((await language({ ...cookie, ...json, origin: 'null' })).statusCode).toBe(403)
})

test('our own page can, also behind a proxy that changes the host', async () => {
  const cookie = await cookieOf('zhao')
  const here = { ...cookie, ...json, host: 'pact.local:3000', origin: 'http://pact.local:3000' }
  expect((await language(here)).statusCode).toBe(200)
  expect((await language({ ...cookie, ...json, 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200)
  expect((await language({ ...cookie, ...json, origin: 'https://pact.example.org' })).statusCode).toBe(200)
})

test('a write that is not JSON, as a form would send it, is refused', async () => {
  const cookie = await cookieOf('zhao')
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const answer = await language({ ...cookie, 'content-type': type })
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'bad_request'])
  }
})

test('what is wrong in a request is named in both languages', async () => {
  const cookie = await cookieOf('zhao')
  const answer = await language({ ...cookie, ...json }, '{"language":"fr"}')
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toEqual({
    code: 'bad_request',
    zh: '填写的内容有问题，请检查：language。',
    en: 'Please check: language.',
  })
  const missing = await language({ ...cookie, ...json }, '{}')
  expect(missing.json().en).toBe('Please check: language.')
})

test('broken JSON, an oversized body and an impossible id are refused without a fault of ours', async () => {
  const cookie = await cookieOf('zhao')
  expect((await language({ ...cookie, ...json }, '{"language":')).statusCode).toBe(400)
  expect((await language({ ...cookie, ...json }, `{"x":"${'x'.repeat(300_000)}"}`)).statusCode).toBe(400)
  for (const id of ['abc', '0', '-1', '99999999999999999999', '9007199254740991']) {
    const { statusCode } = await api.app.inject({ url: `/api/homes/${id}`, headers: cookie })
    expect([400, 404], id).toContain(statusCode)
  }
  const name = await api.app.inject({
    method: 'POST',
    url: '/api/sign-in',
    headers: json,
    payload: { login: 'a\u0000b', password: 'x' },
  })
  expect(name.statusCode).toBe(400)
  expect(api.logged).toEqual([])
})

test('a prototype cannot be poisoned through a body', async () => {
  const cookie = await cookieOf('zhao')
  const poison = await language({ ...cookie, ...json }, '{"language":"en","__proto__":{"admin":true}}')
  expect(poison.statusCode).toBe(400)
})

test('a stranger learns nothing from a malformed request: who it is comes first', async () => {
  expect((await language(json, '{}')).statusCode).toBe(401)
})

test('an unknown path below /api is a refusal, not a page', async () => {
  const answer = await api.app.inject({ url: '/api/no-such-thing', headers: { accept: 'text/html' } })
  expect(answer.statusCode).toBe(404)
  expect(answer.json()).toEqual({ code: 'not_found', zh: '没有找到。', en: 'Not found.' })
})

test('every page of the dashboard is index.html and asked for anew; hashed assets are kept for ever', async () => {
  for (const url of ['/', '/desk/1', '/r/abc?x=1']) {
    const page = await api.app.inject({ url })
    expect([page.statusCode, page.headers['cache-control']], url).toEqual([200, 'no-cache'])
    expect(page.headers['content-type'], url).toContain('text/html')
  }
  const asset = await api.app.inject({ url: '/assets/desk-a1b2c3d4.js' })
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  const icon = await api.app.inject({ url: '/favicon.svg' })
  expect(icon.headers['cache-control']).toBe('no-cache')
})

test('a missing asset or file is missing, not a page under its name', async () => {
  for (const url of ['/assets/gone-00000000.js', '/app.js', '/assets/'])
    expect((await api.app.inject({ url })).statusCode, url).toBe(404)
})

test('nothing outside of the build is served', async () => {
  const outside = join(dashboardDir, '..', 'secret-of-the-machine.txt')
  await writeFile(outside, 'secret')
  for (const up of ['/..%2f', '/%2e%2e/', '/assets/..%2f..%2f', '/..%5c', '/../'])
    expect((await api.app.inject({ url: `${up}secret-of-the-machine.txt` })).body, up).not.toBe('secret')
  await rm(outside)
})

test('every answer says what a page may load and who may frame it', async () => {
  for (const url of ['/', '/api/health', '/api/nothing', '/assets/desk-a1b2c3d4.js']) {
    const { headers } = await api.app.inject({ url, headers: { host: 'pact.local:3000' } })
    const policy = String(headers['content-security-policy'])
    expect(policy, url).toContain("script-src 'self';")
    expect(policy, url).toContain("frame-ancestors 'self'")
    expect(policy, url).toContain("connect-src 'self' ws://pact.local:3000 wss://pact.local:3000")
    expect(headers['x-content-type-options'], url).toBe('nosniff')
    expect(headers['referrer-policy'], url).toBe('same-origin')
  }
})

test('what the API says is never kept by a cache', async () => {
  const { headers } = await api.app.inject({ url: '/api/health' })
  expect(headers['cache-control']).toBe('no-store')
})

test('the documentation prints every route, and loads nothing from elsewhere', async () => {
  const printed = (await api.app.inject({ url: '/api/docs/json' })).json()
  const operations = Object.values(printed.paths as Record<string, Record<string, { operationId: string }>>)
  const named = operations.flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
  expect(named.sort()).toEqual(Object.keys(routes).sort())
  const page = await api.app.inject({ url: '/api/docs/' })
  expect(page.statusCode).toBe(200)
  const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(loaded.length).toBeGreaterThan(0)
  for (const url of loaded) expect(url).not.toMatch(/^(https?:)?\/\//)
  expect((await api.app.inject({ url: '/api/docs/static/swagger-ui-bundle.js' })).statusCode).toBe(200)
})

test('a fault of ours is a sentence to the caller, and an error without names in the log', async () => {
  const broken = await createTestApi()
  const zhao = await broken.as('zhao')
  await broken.db.pool.query('alter table home rename to home_gone')
  const answer = await zhao('home', { params: { id: broken.cast.homes.li } })
  expect([answer.status, answer.body]).toMatchObject([503, { code: 'away' }])
  expect(broken.logged).toMatchObject([{ route: '/api/homes/:id' }])
  await broken.close()
})

test("a resident's private link opens her own light page, and nothing of the staff's", async () => {
  for (const url of ['/r', '/r/', '/r?lang=en'])
    expect((await api.app.inject({ method: 'GET', url })).body).toContain('今天平安')
  for (const url of ['/desk', '/refused', '/rx'])
    expect((await api.app.inject({ method: 'GET', url })).body).toContain('窗帘之约')
})
